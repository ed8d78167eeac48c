// Bell: how an engine that is not the kernel wakes the loop that owns it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "core/error.h"
#include "core/unique_fd.h"

namespace spillway::io {

// An eventfd: readable from the first ring() until the owner of the engine has read it empty.
// ring() may be called from any thread.
class Bell {
 public:
  Bell() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (!fd_) throw_errno("create", "an eventfd");
  }

  void ring() const {
    const std::uint64_t one = 1;
    while (::write(fd_.get(), &one, sizeof one) < 0) {
      if (errno == EAGAIN) return;  // full, so it is readable
      check(errno == EINTR, "an eventfd takes a 1");
    }
  }
  int descriptor() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace spillway::io
