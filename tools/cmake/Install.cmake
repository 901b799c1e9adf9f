# Install and export: the program with its man page and completions, the library, static and shared, for
# find_package(initlab) and pkg-config, the plugin where the program looks for it, the data, the recipes, the documents.
include(CMakePackageConfigHelpers)

install(TARGETS initlab_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(INITLAB_MPI)
  install(TARGETS initlab_mpi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS ${libraries} EXPORT initlab_targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/initlab DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${CMAKE_BINARY_DIR}/include/initlab/version.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/initlab)
if(INITLAB_HAVE_CUDA)
  install(TARGETS initlab_cuda LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/initlab)
endif()
install(DIRECTORY data/mnist data/recipes data/sweeps DESTINATION ${CMAKE_INSTALL_DATADIR}/initlab)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.c" PATTERN "*.py")
install(FILES docs/layers.svg DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY docs/figures DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs FILES_MATCHING PATTERN "*.svg")

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

# The documents, with links that lead somewhere from there.
file(GLOB documents CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} README.md CHANGELOG.md SECURITY.md docs/*.md)
file(RELATIVE_PATH include_from_docs ${CMAKE_INSTALL_FULL_DOCDIR} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
file(RELATIVE_PATH data_from_docs ${CMAKE_INSTALL_FULL_DOCDIR} ${CMAKE_INSTALL_FULL_DATADIR}/initlab)
list(JOIN documents " " listed)
set(documents_at ${documents})
list(TRANSFORM documents_at PREPEND ${CMAKE_SOURCE_DIR}/)
add_custom_command(OUTPUT ${written}/documents.stamp
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${written}/documents
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DTO=${written}/documents -DINCLUDE=${include_from_docs}
          -DDATA=${data_from_docs} "-DFILES=${listed}" -P ${CMAKE_SOURCE_DIR}/tools/cmake/docs.cmake
  COMMAND ${CMAKE_COMMAND} -E touch ${written}/documents.stamp
  DEPENDS ${documents_at} ${CMAKE_SOURCE_DIR}/tools/cmake/docs.cmake VERBATIM)
add_custom_target(initlab_documents ALL DEPENDS ${written}/documents.stamp)
install(DIRECTORY ${written}/documents/ DESTINATION ${CMAKE_INSTALL_DOCDIR})

# A static library does not carry what it needs, so who links it must find the same libraries. initlab.pc is for the
# shared one, initlab-static.pc for the static one; both find their prefix by where they lie.
list(JOIN INITLAB_BLAS_LIBRARY " " blas_libs)
file(RELATIVE_PATH up_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" up_from_pc "${up_from_pc}")
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/initlab)
configure_package_config_file(tools/cmake/initlabConfig.cmake.in ${written}/initlabConfig.cmake
  INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${written}/initlabConfigVersion.cmake COMPATIBILITY SameMinorVersion)
foreach(pc initlab initlab-static)
  configure_file(tools/cmake/${pc}.pc.in ${written}/${pc}.pc @ONLY)
  install(FILES ${written}/${pc}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
install(FILES ${written}/initlabConfig.cmake ${written}/initlabConfigVersion.cmake DESTINATION ${config_dir})
install(EXPORT initlab_targets NAMESPACE initlab:: DESTINATION ${config_dir})
