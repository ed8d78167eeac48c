// TrialDirectory: where the directories of several runs lie together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace spillway::cli {

// Made by the constructor, which refuses a path that holds something; gone again when nothing came
// of it. Without a path it has a name that no earlier run has. Throws Error.
class TrialDirectory {
 public:
  explicit TrialDirectory(const std::string& path);
  ~TrialDirectory();
  TrialDirectory(const TrialDirectory&) = delete;
  TrialDirectory& operator=(const TrialDirectory&) = delete;

  const std::string& path() const { return path_; }
  // Of a trial, counted from 1: "<path>/trial-1".
  std::string of(std::uint64_t trial) const;

 private:
  std::string path_;
};

// "out/F.json" for trial 2 is "out/F-trial-2.json".
std::string trial_path(const std::string& path, std::uint64_t trial);

}  // namespace spillway::cli
