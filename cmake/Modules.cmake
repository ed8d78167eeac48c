# A module is one folder, one library, one line: spillway_module(tier LINKS kv io SOURCES tier/ram_store.cc ...).
# SPDX-License-Identifier: Apache-2.0

function(spillway_precompile target)
  if(SPILLWAY_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <chrono> <coroutine> <filesystem> <functional>
      <map> <memory> <optional> <set> <span> <string> <string_view> <utility> <variant> <vector> <fmt/core.h>
      <fmt/ranges.h> ${ARGN})
  endif()
endfunction()

# LINKS names modules of lower rungs, PACKAGES libraries that only this module's .cc files include.
function(spillway_module name)
  cmake_parse_arguments(M "" "" "LINKS;PACKAGES;SOURCES" ${ARGN})
  add_library(spillway_${name} STATIC ${M_SOURCES})
  target_include_directories(spillway_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM M_LINKS PREPEND spillway_)
  target_link_libraries(spillway_${name} PUBLIC ${M_LINKS} PRIVATE spillway_warnings ${M_PACKAGES})
  spillway_precompile(spillway_${name})
endfunction()

# All tests of a module in one program; ctest runs each test by its own name.
function(spillway_test name)
  cmake_parse_arguments(T "" "" "LINKS;PACKAGES;SOURCES" ${ARGN})
  add_executable(${name}_test ${T_SOURCES})
  list(TRANSFORM T_LINKS PREPEND spillway_)
  target_include_directories(${name}_test PRIVATE ${PROJECT_SOURCE_DIR})
  target_compile_definitions(${name}_test PRIVATE SPILLWAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name}_test PRIVATE ${T_LINKS} spillway_warnings ${T_PACKAGES} GTest::gmock GTest::gtest_main)
  spillway_precompile(${name}_test <gmock/gmock.h> <gtest/gtest.h>)
  gtest_discover_tests(${name}_test PROPERTIES TIMEOUT 300 LABELS ${name} DISCOVERY_TIMEOUT 60)
endfunction()
