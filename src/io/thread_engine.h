// The thread engine: pread and pwrite on threads, for kernels that have no io_uring or forbid it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "io/engine.h"

namespace spillway::io {

struct ThreadOptions {
  std::uint32_t depth = 16;  // operations in flight, each on a thread of its own; 1 to 1,024
};

// Throws Error when the machine has no such number of threads.
std::unique_ptr<Engine> make_thread_engine(const ThreadOptions& options = {});

}  // namespace spillway::io
