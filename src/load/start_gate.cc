// SPDX-License-Identifier: Apache-2.0
#include "load/start_gate.h"

namespace spillway::load {

void StartGate::count_down(Time now) {
  if (missing_ == 0) return;
  --missing_;
  if (missing_ > 0) return;
  start_ = now;
  for (const Waiter& waiter : waiters_) waiter.loop->resume(waiter.frame);
  waiters_.clear();
}

bool StartGate::Opened::await_suspend(std::coroutine_handle<> frame) const {
  const MutexLock lock(gate.mutex_);
  if (gate.missing_ > 1) {
    gate.waiters_.push_back({&loop, frame});
    --gate.missing_;
    return true;
  }
  gate.count_down(loop.now());
  return false;
}

async::Task<Time> StartGate::arrive(async::Loop& loop) {
  const async::Wait wait(loop, "the other shards' set-up");
  co_await Opened{.gate = *this, .loop = loop};
  const MutexLock lock(mutex_);
  co_return start_;
}

void StartGate::leave(Time now) {
  const MutexLock lock(mutex_);
  count_down(now);
}

}  // namespace spillway::load
