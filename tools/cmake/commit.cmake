# cmake -DSOURCE=... -DTO=... -P commit.cmake: write the commit of SOURCE as a header, "unknown" where git has none.
cmake_minimum_required(VERSION 3.25)
find_package(Git QUIET)
set(commit unknown)
if(Git_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(commit ${found})
  endif()
endif()
file(CONFIGURE OUTPUT ${TO} CONTENT "/* made by commit.cmake */\n#define INITLAB_COMMIT \"@commit@\"\n" @ONLY)
