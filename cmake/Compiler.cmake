# The compiler this code is right with, its warnings and its sanitizers.
# SPDX-License-Identifier: Apache-2.0

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR
    "g++ ${CMAKE_CXX_COMPILER_VERSION} silently miscompiles coroutines (temporaries in a co_await are destroyed "
    "twice, frames are laid out wrongly), so Spillway refuses g++ before 13.\n"
    "Use clang 19: apt-get install clang-19, then cmake --preset dev (the presets name it).")
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# The headers that most files include (Modules.cmake), once a target. Not in every build: the others show what a file
# forgot to include. Without ccache, which loses the list of what a precompiled header depends on (4.7.5).
option(SPILLWAY_PRECOMPILE "Precompile the headers that most files include" OFF)
find_program(CCACHE ccache)
if(CCACHE AND NOT SPILLWAY_PRECOMPILE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
find_program(LLD NAMES ld.lld-19 ld.lld)
if(LLD)
  add_link_options(-fuse-ld=${LLD})
endif()

# x86-64-v2 has SSE4.2; contraction of a * b + c into one rounding would make samplers differ between machines.
add_compile_options(-ffp-contract=off -fno-omit-frame-pointer)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-march=x86-64-v2)
endif()

set(SPILLWAY_SANITIZE "" CACHE STRING "address,undefined or thread")
if(SPILLWAY_SANITIZE)
  add_compile_options(-fsanitize=${SPILLWAY_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SPILLWAY_SANITIZE})
endif()

add_library(spillway_warnings INTERFACE)
target_compile_options(spillway_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Wnull-dereference -Werror)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(spillway_warnings INTERFACE -Wthread-safety)
endif()
