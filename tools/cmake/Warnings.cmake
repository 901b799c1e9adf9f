# initlab_flags(target): what every C file of ours is compiled with; initlab_own_flags(target): all of it but
# the hardening. Contraction is off, so that an fma stands only where the source writes one; errno is not set by
# sqrt, so that it can be one instruction.
function(initlab_own_flags target)
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
      -Wpointer-arith -Wvla -Wno-gnu-statement-expression -ffp-contract=off -fno-math-errno>)
  if(INITLAB_WERROR)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-Werror>)
  endif()
  if(INITLAB_SANITIZE)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:-fsanitize=${INITLAB_SANITIZE} -g -fno-omit-frame-pointer>)
    target_link_options(${target} PUBLIC -fsanitize=${INITLAB_SANITIZE})
  endif()
endfunction()

function(initlab_flags target)
  initlab_own_flags(${target})
  initlab_harden(${target})
endfunction()
