// The null engine: completes at once and moves nothing, so that what remains is our own cost.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "io/engine.h"

namespace spillway::io {

struct NullOptions {
  std::uint32_t depth = 64;
};

// Every operation succeeds in full; reads leave their memory as it was. In order of submission.
std::unique_ptr<Engine> make_null_engine(const NullOptions& options = {});

}  // namespace spillway::io
