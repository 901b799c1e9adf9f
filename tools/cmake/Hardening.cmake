# initlab_harden(target): what makes a bug harder to use: a canary in frames with arrays, libc's calls checked
# against the size of what they write to, addresses that differ from start to start, and tables of
# pointers that are read-only once the program runs. tests/install/hardened.sh checks the built files.
include(CheckCSourceCompiles)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

# level 3 knows the sizes that are only known at run time; where compiler or libc has no such level: 2
set(CMAKE_REQUIRED_FLAGS -O2)
check_c_source_compiles("
#undef _FORTIFY_SOURCE
#define _FORTIFY_SOURCE 3
#include <string.h>
#if __USE_FORTIFY_LEVEL < 3
#error no such level
#endif
int main(int argc, char **argv) { return (int)__builtin_dynamic_object_size(argv[argc - 1], 0); }
" INITLAB_FORTIFY_3)
unset(CMAKE_REQUIRED_FLAGS)
set(INITLAB_FORTIFY 2)
if(INITLAB_FORTIFY_3)
  set(INITLAB_FORTIFY 3)
endif()

function(initlab_harden target)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-fstack-protector-strong>)
  if(NOT INITLAB_SANITIZE)    # a sanitizer's own checks stand where these would
    target_compile_options(${target} PRIVATE
      $<$<AND:$<COMPILE_LANGUAGE:C>,$<NOT:$<CONFIG:Debug>>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=${INITLAB_FORTIFY}>)
  endif()
  target_link_options(${target} PRIVATE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endfunction()
