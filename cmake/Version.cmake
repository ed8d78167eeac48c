# Writes which commit is being built into a header, at every build, touching it only when it changed.
# SPDX-License-Identifier: Apache-2.0

# As a script: cmake -DSOURCE=... -DOUTPUT=... -P Version.cmake
if(CMAKE_SCRIPT_MODE_FILE)
  cmake_minimum_required(VERSION 3.25)
  # An unpacked tree may lie in somebody else's repository: only a root of a work tree is ours.
  execute_process(COMMAND git -C ${SOURCE} rev-parse --show-cdup --short=12 HEAD
    OUTPUT_VARIABLE place_and_commit RESULT_VARIABLE failed ERROR_QUIET)
  if(failed OR NOT place_and_commit MATCHES "^\n([0-9a-f]+)")
    set(commit "unknown")
  else()
    set(commit ${CMAKE_MATCH_1})
    # status compares contents where times differ, and takes no lock from a git that works meanwhile.
    execute_process(COMMAND git --no-optional-locks -C ${SOURCE} status --porcelain --untracked-files=no
      OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
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
