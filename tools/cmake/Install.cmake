# Install and export: the program with its man page and completions, the library for find_package(initlab)
# and pkg-config, the plugin where the program looks for it, the data and the recipes.
include(CMakePackageConfigHelpers)

install(TARGETS initlab_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(INITLAB_MPI)
  install(TARGETS initlab_mpi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS initlab EXPORT initlab_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/initlab DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_BINARY_DIR}/include/initlab/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/initlab)
if(INITLAB_HAVE_CUDA)
  install(TARGETS initlab_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/initlab)
endif()
install(DIRECTORY data/mnist data/recipes data/sweeps DESTINATION ${CMAKE_INSTALL_DATADIR}/initlab)
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The program writes its own man page and completions, so they cannot differ from it.
set(written ${CMAKE_BINARY_DIR}/written)
add_custom_command(OUTPUT ${written}/stamp
  COMMAND ${CMAKE_COMMAND} -E make_directory ${written}
  COMMAND initlab_program help --man > ${written}/initlab.1
  COMMAND initlab_program completion bash > ${written}/initlab
  COMMAND initlab_program completion zsh > ${written}/_initlab
  COMMAND initlab_program completion fish > ${written}/initlab.fish
  COMMAND ${CMAKE_COMMAND} -E touch ${written}/stamp
  DEPENDS initlab_program VERBATIM)
add_custom_target(initlab_written ALL DEPENDS ${written}/stamp)
install(FILES ${written}/initlab.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${written}/initlab DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${written}/_initlab DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${written}/initlab.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

# A static library does not carry what it needs, so who links it must find the same libraries.
list(JOIN INITLAB_BLAS_LIBRARY " " blas_libs)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/initlab)
configure_package_config_file(tools/cmake/initlabConfig.cmake.in ${written}/initlabConfig.cmake
  INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${written}/initlabConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(tools/cmake/initlab.pc.in ${written}/initlab.pc @ONLY)
install(FILES ${written}/initlabConfig.cmake ${written}/initlabConfigVersion.cmake DESTINATION ${config_dir})
install(EXPORT initlab_targets NAMESPACE initlab:: DESTINATION ${config_dir})
install(FILES ${written}/initlab.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
