// SPDX-License-Identifier: Apache-2.0
#include "core/version.h"

#include "spillway_commit.h"  // made by cmake/Version.cmake

#if defined(__clang__)
#define SPILLWAY_COMPILER "Clang " __clang_version__
#else
#define SPILLWAY_COMPILER "GNU " __VERSION__
#endif

namespace spillway {

Version version() {
  return {.number = SPILLWAY_VERSION,
          .commit = SPILLWAY_COMMIT,
          .build_type = SPILLWAY_BUILD_TYPE,
          .compiler = SPILLWAY_COMPILER};
}

std::string version_text() {
  const Version it = version();
  std::string text = "spillway ";
  text.append(it.number).append(" (commit ").append(it.commit).append(", ");
  text.append(it.build_type).append(", ").append(it.compiler).append(")");
  return text;
}

}  // namespace spillway
