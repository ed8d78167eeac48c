// SPDX-License-Identifier: Apache-2.0
#include "cli/trial_directory.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "cli/bench_run.h"
#include "core/error.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

}  // namespace

TrialDirectory::TrialDirectory(const std::string& path)
    : path_(path.empty() ? new_results_name("bench") : path) {
  std::error_code failure;
  fs::create_directories(path_, failure);
  if (failure) {
    throw Error(fmt::format("make the directory of the trials {}: {}", path_, failure.message()));
  }
  if (!fs::is_empty(path_)) {
    throw Error(fmt::format(
        "directory of the trials {}: is not empty, and results are never overwritten; name another "
        "with --run-dir",
        path_));
  }
}

TrialDirectory::~TrialDirectory() { ::rmdir(path_.c_str()); }  // refused while it holds something

std::string TrialDirectory::of(std::uint64_t trial) const {
  return fmt::format("{}/trial-{}", path_, trial);
}

std::string trial_path(const std::string& path, std::uint64_t trial) {
  const fs::path whole(path);
  const std::string name =
      fmt::format("{}-trial-{}{}", whole.stem().string(), trial, whole.extension().string());
  return (whole.parent_path() / name).string();
}

}  // namespace spillway::cli
