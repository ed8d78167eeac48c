// Control: how a run is steered from outside: how many users it has, when it ends.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "async/loop.h"
#include "core/mutex.h"
#include "core/time.h"
#include "record/observations.h"

namespace spillway::load {

// Shared by the thread that hears the signals and the shards of a run. Every member may be called
// from any thread.
class Control {
 public:
  // What a shard lets others do to it; all are run on its loop's thread.
  struct Shard {
    async::Loop* loop = nullptr;
    std::function<void()> stop;                      // requests the shard's Stop
    std::function<record::Observations()> snapshot;  // what it has on record so far
    // Begins this step of the load, with so many active users of the whole plan.
    std::function<void(std::uint64_t step, std::uint32_t users)> set_users = nullptr;
  };

  void join(unsigned number, Shard shard);
  void leave(unsigned number);

  // Lets what is under way end cleanly; a shard that joins later is stopped at once.
  void request_stop();
  bool stop_requested() const { return stop_requested_.load(); }

  // Every shard that can changes its load, at its next turn.
  void set_users(std::uint64_t step, std::uint32_t users);

  // What every shard has on record, handed over by value at its next turn; shards that do not
  // answer within `patience` are left out. Used when the process is about to end by force.
  record::Observations collect(Duration patience);

 private:
  std::atomic<bool> stop_requested_ = false;
  Mutex mutex_;
  std::vector<Shard> shards_ SPILLWAY_GUARDED_BY(mutex_);
};

}  // namespace spillway::load
