// ModelledStore: a tier that is times only: a device of given latency and bandwidth, no bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "core/mutex.h"
#include "core/time.h"
#include "io/transfer.h"
#include "tier/store.h"

namespace spillway::tier {

struct ModelledOptions {
  Duration read_latency{};
  Duration write_latency{};
  double read_bytes_per_s = 0;  // 0 = as fast as asked
  double write_bytes_per_s = 0;
};

// One device, shared by the stores of all shards. Each direction is a server of its own that takes
// blocks first come, first served, for bytes / bandwidth each; the latency comes on top and does
// not keep the next block waiting. Thread-safe.
class ModelledDevice {
 public:
  // Throws Error for a negative or impossible figure.
  explicit ModelledDevice(const ModelledOptions& options);

  struct Service {
    Time started;    // when the device turned to the block
    Time completed;  // when its last byte is there
  };
  Service serve(io::Direction direction, Bytes size, Time asked);

  const ModelledOptions& options() const { return options_; }

 private:
  struct Server {
    std::uint64_t bytes_per_s = 0;
    Duration latency{};
    Time free_at;
  };

  const ModelledOptions options_;
  Mutex mutex_;
  Server read_ SPILLWAY_GUARDED_BY(mutex_);
  Server write_ SPILLWAY_GUARDED_BY(mutex_);
};

// Waits until the device would be done, in virtual or real time. The latencies it reports are the
// computed ones, so that a late timer is not taken for the device's doing. Sources and sinks are
// not called.
class ModelledStore final : public Store {
 public:
  ModelledStore(async::Loop& loop, ModelledDevice& device) : loop_(loop), device_(device) {}

  async::Task<> write(std::span<BlockMove> moves) override;
  async::Task<> read(std::span<BlockMove> moves) override;
  async::Task<> erase(std::span<const kv::BlockKey> keys) override;
  std::span<std::byte> memory(Placement placement, Bytes size) override;
  bool modelled() const override { return true; }

 private:
  async::Task<> serve(std::span<BlockMove> moves, io::Direction direction);

  async::Loop& loop_;
  ModelledDevice& device_;
  async::Stop never_;  // a block that has started is not stopped, as on a real device
};

}  // namespace spillway::tier
