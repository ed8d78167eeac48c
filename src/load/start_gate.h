// StartGate: the shards of a run begin together, once each has built what it needs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <vector>

#include "async/loop.h"
#include "async/task.h"
#include "core/mutex.h"
#include "core/time.h"

namespace spillway::load {

// Shared by all shards of a run. The time of the last arrival is the start of the run for all.
class StartGate {
 public:
  explicit StartGate(unsigned shards) : missing_(shards) {}

  // Waits until every shard has arrived or left; returns the start of the run.
  async::Task<Time> arrive(async::Loop& loop);
  // Instead of arriving: this shard's set-up failed, and the others must not wait for it. Does
  // nothing once the gate is open.
  void leave(Time now);

 private:
  struct Waiter {
    async::Loop* loop;
    std::coroutine_handle<> frame;
  };
  struct Opened {
    StartGate& gate;
    async::Loop& loop;
    bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<> frame) const;
    void await_resume() const {}
  };

  void count_down(Time now) SPILLWAY_REQUIRES(mutex_);

  Mutex mutex_;
  unsigned missing_ SPILLWAY_GUARDED_BY(mutex_);
  Time start_ SPILLWAY_GUARDED_BY(mutex_);
  std::vector<Waiter> waiters_ SPILLWAY_GUARDED_BY(mutex_);
};

}  // namespace spillway::load
