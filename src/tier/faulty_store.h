// FaultyStore: a store with chosen faults, slow or failing, in either clock's time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>

#include "async/loop.h"
#include "async/task.h"
#include "core/time.h"
#include "tier/store.h"

namespace spillway::tier {

struct StoreFault {
  Duration delay{};      // that the move takes longer
  int error_number = 0;  // it fails with this errno; 0: it does not
};

// Asked once for each block that is to be read or written, as it is asked for.
using StoreFaultRule = std::function<StoreFault(const BlockMove&)>;

// Lets the store under it do everything, and then makes blocks late or failed. Those of one call
// wait side by side, and the call for the last of them.
class FaultyStore final : public Store {
 public:
  FaultyStore(async::Loop& loop, Store& store, StoreFaultRule rule);

  async::Task<> write(std::span<BlockMove> moves) override;
  async::Task<> read(std::span<BlockMove> moves) override;
  async::Task<> erase(std::span<const kv::BlockKey> keys) override { return store_.erase(keys); }
  std::span<std::byte> memory(Placement placement, Bytes size) override {
    return store_.memory(placement, size);
  }
  bool modelled() const override { return store_.modelled(); }

 private:
  async::Task<> spoil(std::span<BlockMove> moves, std::span<const StoreFault> faults);
  std::vector<StoreFault> faults_of(std::span<const BlockMove> moves) const;

  async::Loop& loop_;
  Store& store_;
  StoreFaultRule rule_;
};

}  // namespace spillway::tier
