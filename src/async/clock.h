// Where time comes from: the machine, or a simulation that jumps from one due event to the next.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "core/time.h"

namespace spillway::async {

// Every reading of time in every module goes through a Clock that was given to it. One clock serves
// all shards of a run, so that their stamps compare. now() may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  virtual Time now() const = 0;
  // Virtual time never waits for the outside: descriptors, rings and threads are refused under it.
  virtual bool is_virtual() const = 0;
};

// The machine's monotonic clock, counted from when the object was made.
class RealClock final : public Clock {
 public:
  RealClock();

  Time now() const override;
  bool is_virtual() const override { return false; }

 private:
  std::chrono::steady_clock::time_point start_;
};

// Starts at zero and moves only when its loop says so. Also serves tests that want to set the time.
class VirtualClock final : public Clock {
 public:
  Time now() const override { return now_.load(std::memory_order_relaxed); }
  bool is_virtual() const override { return true; }

  void advance_to(Time time);
  void advance(Duration by) { advance_to(now() + by); }

 private:
  std::atomic<Time> now_ = Time{};  // written by the loop's thread alone
};

}  // namespace spillway::async
