// Semaphore: at most so many units taken at a time, first come, first served.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>

#include "async/loop.h"
#include "async/stop.h"

namespace spillway::async {

// Counts units (requests in flight, bytes of memory) on one loop. No overtaking: a large wish at
// the head holds back the small ones behind it, else it would starve. A wish above the whole limit
// is clamped to it: give back what acquire() granted, not what was asked.
class Semaphore {
 public:
  // `name` says what a frame waits for, in reports of deadlocks: "a place among requests in
  // flight".
  Semaphore(Loop& loop, std::uint64_t limit, const char* name);
  ~Semaphore();
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  // Waiters of a lower rank go before all of a higher one; those of one rank, first come first
  // served.
  static constexpr std::size_t kRanks = 3;

  // Grants min(units, limit), or 0 when stopped before.
  auto acquire(std::uint64_t units, Stop& stop, std::size_t rank = 0) {
    return Acquire(*this, units, stop, rank);
  }
  void release(std::uint64_t units);

  std::uint64_t taken() const { return taken_; }
  std::uint64_t limit() const { return limit_; }

 private:
  class Acquire final : private StopListener {
   public:
    Acquire(Semaphore& semaphore, std::uint64_t units, Stop& stop, std::size_t rank);
    bool await_ready();
    void await_suspend(std::coroutine_handle<> frame);
    std::uint64_t await_resume() const { return granted_; }

   private:
    friend class Semaphore;
    void on_stop() override;

    Semaphore& semaphore_;
    std::uint64_t units_;
    std::size_t rank_;
    Stop& stop_;
    Wait wait_;
    std::coroutine_handle<> frame_;
    std::uint64_t granted_ = 0;
    Acquire* previous_ = nullptr;
    Acquire* next_ = nullptr;
  };

  struct Line {
    Acquire* first = nullptr;
    Acquire* last = nullptr;
  };

  // Who is served next, of these ranks; null when nobody waits.
  Acquire* next_waiter(std::size_t highest_rank = kRanks - 1) const;
  bool has_room(std::uint64_t units) const { return taken_ + units <= limit_; }
  void grant(Acquire& waiter);
  void unlink(Acquire& waiter);

  Loop& loop_;
  std::uint64_t limit_;
  const char* name_;
  std::uint64_t taken_ = 0;
  std::array<Line, kRanks> lines_;
};

}  // namespace spillway::async
