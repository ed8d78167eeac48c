// CacheDirectory: the private place on disk that a run makes, and takes away again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/unique_fd.h"

namespace spillway::tier {

// A subdirectory `spillway-<pid>-<n>` of a directory that the user names, with a marker file
// `.spillway`. The process holds a lock (flock) on it, so several runs can share the parent, and a
// marked one whose lock is free was left by a run that died.
//
// Only files that Spillway makes are ever removed: the marker, `slab`, `h/h/<32 digits>` and
// `lora/adapter-<n>`. What else somebody put there stays, and with it the directory and its marker.
class CacheDirectory {
 public:
  // `path` must be a directory, writable, and empty but for directories of ours (and lost+found):
  // a missing one is not made, because a mistyped path would fill the wrong disk. Those left by
  // dead runs are removed. Throws Error that says what to do.
  static CacheDirectory open(const std::string& path);

  CacheDirectory(CacheDirectory&&) noexcept = default;
  CacheDirectory& operator=(CacheDirectory&&) = delete;
  CacheDirectory(const CacheDirectory&) = delete;
  CacheDirectory& operator=(const CacheDirectory&) = delete;
  ~CacheDirectory();

  // Removes what was made now, file by file for as long as `go_on` says so; what is then left goes
  // when Spillway next runs here. True when nothing is left. For a process that is about to end.
  bool remove(const std::function<bool()>& go_on);

  // The subdirectory, where stores make their files.
  const std::string& path() const { return path_; }

 private:
  CacheDirectory(std::string path, UniqueFd lock);

  std::string path_;
  UniqueFd lock_;  // the subdirectory, locked; owns nothing after a move
};

}  // namespace spillway::tier
