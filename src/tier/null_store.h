// NullStore: everything is done at once and nothing is kept; what remains is the cost of the rest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "async/task.h"
#include "tier/store.h"

namespace spillway::tier {

// For benchmarks of what stands above. Sources and sinks are not called.
class NullStore final : public Store {
 public:
  async::Task<> write(std::span<BlockMove> moves) override;
  async::Task<> read(std::span<BlockMove> moves) override;
  async::Task<> erase(std::span<const kv::BlockKey> keys) override;
  std::span<std::byte> memory(Placement placement, Bytes size) override;
  bool modelled() const override { return true; }
};

}  // namespace spillway::tier
