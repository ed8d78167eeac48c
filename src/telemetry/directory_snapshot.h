// DirectorySnapshot: which files a cache directory holds, and what came and went between two looks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/utc_time.h"
#include "record/directory_churn.h"

namespace spillway::telemetry {

struct SnapshotFile {
  std::string path;  // below the directory
  std::uint64_t bytes = 0;
  std::uint64_t disk_bytes = 0;  // allocated
  UtcTime modified;
};

struct DirectorySnapshot {
  std::string directory;
  UtcTime taken;
  bool missing = false;             // there is no such directory, or it cannot be read
  bool whole = true;                // false: more files than were asked for, or parts unreadable
  std::vector<SnapshotFile> files;  // regular ones, by path

  std::uint64_t bytes() const;
  std::optional<UtcTime> newest() const;  // nothing without a file
};

inline constexpr int kSnapshotDepth = 5;  // a file right in the directory is at depth 1
inline constexpr std::size_t kSnapshotFiles = 1'000'000;

// Symbolic links are not followed and not counted. Files that go away meanwhile are passed over.
DirectorySnapshot directory_snapshot(const std::string& directory, UtcTime now,
                                     std::size_t most_files = kSnapshotFiles);

using record::DirectoryChurn;
using record::FileSum;

// Nothing when one of the two is not whole; a missing directory has no files.
std::optional<DirectoryChurn> directory_churn(const DirectorySnapshot& before,
                                              const DirectorySnapshot& after);

// kvbm_<label>_<time>.txt, with sums of directories of two levels, and
// kvbm_<label>_<time>_files.txt below `into`; no list of files of a missing directory. Throws
// Error.
void write_directory_snapshot(const DirectorySnapshot& snapshot, const std::string& label,
                              const std::string& into);

}  // namespace spillway::telemetry
