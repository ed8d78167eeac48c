// A directory of its own for one test, on a disk where there is one, gone afterwards.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "core/error.h"
#include "io/file.h"

namespace spillway::tier {

class TemporaryDirectory {
 public:
  TemporaryDirectory() : path_(on_disk() + "/spillway-tier-test-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) throw_errno("make", path_);
    path_ = std::filesystem::canonical(path_).string();
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + '/' + name; }

 private:
  // Where temporary files live in memory, the build directory is taken.
  static std::string on_disk() {
    const std::string usual = testing::TempDir();
    return io::file_system_of(usual) == "tmpfs" ? "." : usual;
  }

  std::string path_;
};

}  // namespace spillway::tier
