# initlab_embed(target folder): TEXT.css and TEXT.js of a folder as a C file of the build: const char TEXT_css[] = { ... }.
function(initlab_embed target folder)
  file(GLOB texts CONFIGURE_DEPENDS ${folder}/*.css ${folder}/*.js)
  foreach(text IN LISTS texts)
    get_filename_component(name ${text} NAME)
    string(MAKE_C_IDENTIFIER ${name} symbol)
    set(to ${CMAKE_BINARY_DIR}/embedded/${symbol}.c)
    add_custom_command(OUTPUT ${to} DEPENDS ${text} ${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake
      COMMAND ${CMAKE_COMMAND} -DFROM=${text} -DTO=${to} -DSYMBOL=${symbol} -P ${CMAKE_SOURCE_DIR}/tools/cmake/embed.cmake
      VERBATIM)
    target_sources(${target} PRIVATE ${to})
  endforeach()
endfunction()
