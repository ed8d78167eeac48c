# Writes which commit is being built into a header, at every build, touching it only when it changed.
# SPDX-License-Identifier: Apache-2.0

# As a script: cmake -DSOURCE=... -DOUTPUT=... -P Version.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.25)
  execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
  if(failed)
    set(commit "unknown")
  else()
    execute_process(COMMAND git -C ${SOURCE} diff-index --quiet HEAD -- RESULT_VARIABLE dirty ERROR_QUIET)
    if(dirty)
      string(APPEND commit "-dirty")
    endif()
  endif()
  file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define SPILLWAY_COMMIT \"@commit@\"\n" @ONLY)
  return()
endif()

set(SPILLWAY_GENERATED ${CMAKE_BINARY_DIR}/generated)
add_custom_target(spillway_commit
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DOUTPUT=${SPILLWAY_GENERATED}/spillway_commit.h
    -P ${CMAKE_CURRENT_LIST_FILE}
  BYPRODUCTS ${SPILLWAY_GENERATED}/spillway_commit.h
  COMMENT "Looking up the commit")
