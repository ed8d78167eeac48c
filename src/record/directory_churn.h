// What came and went in a directory of files between two moments.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace spillway::record {

struct FileSum {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const FileSum&, const FileSum&) = default;
};

struct DirectoryChurn {
  FileSum appeared;
  FileSum vanished;
  FileSum changed;  // another size or time of modification; bytes as they are after
  FileSum after;    // all that was there then
};

}  // namespace spillway::record
