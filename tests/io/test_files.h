// A fresh directory on a disk with direct I/O, gone with the test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/error.h"
#include "io/file.h"

namespace spillway::io {

// Under SPILLWAY_TEST_DIR, else under the directory for temporary files.
class TestDirectory {
 public:
  TestDirectory() {
    const char* const chosen = std::getenv("SPILLWAY_TEST_DIR");
    path_ = chosen != nullptr ? chosen : std::filesystem::temp_directory_path().string();
    path_ += "/spillway-io-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) throw_errno("make", path_);
  }
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  // Why tests of direct I/O cannot run here; empty when they can.
  std::string no_direct_io() const {
    const std::string type = file_system_of(path_);
    if (!lives_in_memory(type)) return "";
    return path_ + " is on " + type + ", without direct I/O; set SPILLWAY_TEST_DIR to a disk";
  }

 private:
  std::string path_;
};

}  // namespace spillway::io
