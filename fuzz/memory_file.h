// The fuzzer's bytes as a file that nothing has to be removed of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "core/error.h"
#include "core/unique_fd.h"

namespace spillway {

class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content) : fd_(::memfd_create("input", MFD_CLOEXEC)) {
    if (!fd_) throw_errno("create", "a file in memory");
    const ssize_t written = ::pwrite(fd_.get(), content.data(), content.size(), 0);
    check(written == static_cast<ssize_t>(content.size()), "the input fits into memory");
  }

  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

 private:
  UniqueFd fd_;
};

}  // namespace spillway
