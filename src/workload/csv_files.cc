// SPDX-License-Identifier: Apache-2.0
#include "workload/csv_files.h"

#include <fmt/core.h>
#include <glob.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/error.h"

namespace spillway::workload {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of_directory(const std::string& path) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    const fs::path name = entry.path().filename();
    if (name.extension() == ".csv" && !name.string().starts_with('.')) {
      files.push_back(entry.path().string());
    }
  }
  if (error) throw Error(fmt::format("read directory {}: {}", path, error.message()));
  return files;
}

class Matches {
 public:
  explicit Matches(const std::string& pattern)
      : status_(::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found_)) {}
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;
  ~Matches() { ::globfree(&found_); }

  bool failed() const { return status_ != 0 && status_ != GLOB_NOMATCH; }
  std::vector<std::string> paths() const {
    return {found_.gl_pathv, found_.gl_pathv + found_.gl_pathc};
  }

 private:
  glob_t found_{};
  int status_;
};

std::vector<std::string> files_of_pattern(const std::string& pattern) {
  const Matches matches(pattern);
  if (matches.failed()) {
    throw Error(fmt::format("{}: look for files that match: cannot read a directory", pattern));
  }
  return matches.paths();
}

}  // namespace

std::vector<std::string> csv_files(const std::string& path) {
  std::error_code error;
  const bool directory = fs::is_directory(path, error);
  const bool pattern = !fs::exists(path, error) && path.find_first_of("*?[") != std::string::npos;
  if (!directory && !pattern) return {path};
  std::vector<std::string> files = directory ? files_of_directory(path) : files_of_pattern(path);
  if (files.empty()) {
    throw Error(fmt::format("{}: expected {}, found none", path,
                            directory ? "*.csv files" : "files that match the pattern"));
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace spillway::workload
