# The same kernels/*.cu for two compilers: as C, once per flavour of CPU, and by nvcc for the plugin.
file(GLOB INITLAB_KERNELS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/kernels/*.cu)

# flavour -> what the C compiler may use; the best that the machine has is taken at start (cpu.c)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(INITLAB_FLAVOURS cpu_base cpu_v3 cpu_v4)
  set(INITLAB_FLAVOUR_cpu_v3 -march=x86-64-v3)
  set(INITLAB_FLAVOUR_cpu_v4 -march=x86-64-v4)
else()
  set(INITLAB_FLAVOURS cpu_base)
endif()

# The flavours' objects, compiled once, into every target named. A host compiler knows a file's language by its
# suffix, so it gets a one-line wrapper ending in .c. Canaries and checked copies (which a distribution's
# compiler may add by itself) are left out of them: they see no text and no length of anybody's, and are where the time goes.
function(initlab_cpu_kernels target)
  foreach(flavour IN LISTS INITLAB_FLAVOURS)
    set(sources "")
    foreach(cu IN LISTS INITLAB_KERNELS)
      get_filename_component(stem ${cu} NAME_WE)
      set(out ${CMAKE_BINARY_DIR}/kernels/${flavour}/${stem}.c)
      file(CONFIGURE OUTPUT ${out} CONTENT "#include \"${cu}\"\n" @ONLY)
      set_source_files_properties(${out} PROPERTIES OBJECT_DEPENDS ${cu})
      list(APPEND sources ${out})
    endforeach()
    set(out ${CMAKE_BINARY_DIR}/kernels/${flavour}/sparse_input.c)  # loops of the CPU alone, but as the kernels
    file(CONFIGURE OUTPUT ${out} CONTENT "#include \"${CMAKE_SOURCE_DIR}/host/device/sparse_input.c\"\n" @ONLY)
    set_source_files_properties(${out} PROPERTIES OBJECT_DEPENDS ${CMAKE_SOURCE_DIR}/host/device/sparse_input.c)
    list(APPEND sources ${out})
    if(sources)
      add_library(${target}_${flavour} OBJECT ${sources})
      target_include_directories(${target}_${flavour} PRIVATE ${CMAKE_SOURCE_DIR}/kernels ${CMAKE_SOURCE_DIR}/host/device)
      target_compile_definitions(${target}_${flavour} PRIVATE KERNEL_FLAVOUR=${flavour})
      initlab_own_flags(${target}_${flavour})
      target_compile_options(${target}_${flavour} PRIVATE -O3 -fno-trapping-math -fno-stack-protector -U_FORTIFY_SOURCE
                             ${INITLAB_FLAVOUR_${flavour}})
      foreach(user ${target} ${ARGN})
        target_sources(${user} PRIVATE $<TARGET_OBJECTS:${target}_${flavour}>)
      endforeach()
    endif()
  endforeach()
  if(INITLAB_FLAVOUR_cpu_v3)
    target_compile_definitions(${target} PRIVATE INITLAB_X86_FLAVOURS)
  endif()
endfunction()

# Sets INITLAB_HAVE_CUDA and enables the language, with the architectures that this nvcc knows.
macro(initlab_find_cuda)
  set(INITLAB_HAVE_CUDA OFF)
  if(NOT INITLAB_CUDA STREQUAL "OFF")
    find_program(INITLAB_NVCC nvcc HINTS $ENV{CUDA_HOME}/bin $ENV{CUDA_PATH}/bin /usr/local/cuda/bin)
    if(INITLAB_NVCC)
      execute_process(COMMAND ${INITLAB_NVCC} --list-gpu-arch OUTPUT_VARIABLE known)
      set(archs "")
      foreach(arch 75 80 86 89 90 100 110 120)
        if(known MATCHES "compute_${arch}\n")
          list(APPEND archs ${arch}-real)
          set(newest ${arch})
        endif()
      endforeach()
      if(NOT CMAKE_CUDA_ARCHITECTURES)
        set(CMAKE_CUDA_ARCHITECTURES ${archs} ${newest}-virtual)
      endif()
      set(CMAKE_CUDA_COMPILER ${INITLAB_NVCC})
      set(CMAKE_CUDA_STANDARD 17)
      enable_language(CXX)
      enable_language(CUDA)
      find_package(CUDAToolkit REQUIRED)
      set(INITLAB_HAVE_CUDA ON)
    elseif(INITLAB_CUDA STREQUAL "ON")
      message(FATAL_ERROR "INITLAB_CUDA=ON, but no nvcc: set CUDA_HOME or put it in PATH")
    endif()
  endif()
endmacro()

# The PTX stays uncompressed, so that tests can read it out of the plugin. ptxas refuses a spill or a
# stack. CUDA 13's launch stubs need __cxa_guard_*: libstdc++ goes in statically.
function(initlab_cuda_kernels target)
  target_sources(${target} PRIVATE ${INITLAB_KERNELS})
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:
    --compress-mode=none -fmad=false -ftz=true --threads=2 -Xptxas=-v,-warn-spills,-warn-lmem-usage,-Werror
    -Xcompiler=-Wall,-fno-exceptions,-fstack-protector-strong>)
  set_target_properties(${target} PROPERTIES
    CUDA_COMPILER_LAUNCHER "sh;${CMAKE_SOURCE_DIR}/tools/cmake/keep_ptxas.sh"
    CUDA_RUNTIME_LIBRARY None LINKER_LANGUAGE CXX CUDA_VISIBILITY_PRESET hidden PREFIX lib
    INSTALL_RPATH "${CUDAToolkit_LIBRARY_DIR}")
  if(CUDAToolkit_VERSION_MAJOR LESS 13) # beside one of CUDA 13, for drivers that are too old for that (docs/gpu.md)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME initlab_cuda12)
  endif()
  target_link_libraries(${target} PRIVATE CUDA::cudart ${CMAKE_DL_LIBS})
  target_include_directories(${target} SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  list(GET CMAKE_CUDA_ARCHITECTURES 0 oldest)
  string(REGEX REPLACE "^([0-9]+)([0-9])[a-z]*(-.*)?$" "\\1.\\2" oldest "${oldest}")
  target_compile_definitions(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:INITLAB_OLDEST_CAPABILITY="${oldest}">)
  target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc
    -Wl,-z,defs -Wl,--exclude-libs,ALL -Wl,--enable-new-dtags)
endfunction()
