// The io_uring engine: one ring for one thread, one system call for a batch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "io/engine.h"

namespace spillway::io {

struct UringOptions {
  std::uint32_t depth = 64;  // operations in flight, 1 to 32,768
};

// Call it on the thread that will use the engine: the ring belongs to the thread that made it.
// Features that the kernel does not know are left out one by one; features() tells which are in
// use. Throws Error, which says what to try, where the kernel has no io_uring or forbids it.
std::unique_ptr<Engine> make_uring_engine(const UringOptions& options = {});

}  // namespace spillway::io
