// Group: several tasks at once, all of which end before the frame that started them goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"

namespace spillway::async {

// Children run on the group's loop. The first failure requests `stop`, which tells the siblings,
// and is rethrown by with_group(). Use with_group(): it joins on every path.
class Group {
 public:
  Group(Loop& loop, Stop& stop) : loop_(loop), stop_(stop) {}
  ~Group() { check(alive_ == 0, "a group is joined before it goes"); }
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Starts at the next turn.
  void spawn(Task<> child);
  Stop& stop() { return stop_; }

  // Waits for all children, also those spawned meanwhile.
  Task<> join();

  void fail(std::exception_ptr failure);
  std::exception_ptr failure() const { return failure_; }

 private:
  static detail::SelfOwned drive(Group& group, Task<> child);
  void child_ended();

  Loop& loop_;
  Stop& stop_;
  std::size_t alive_ = 0;
  std::exception_ptr failure_;
  std::coroutine_handle<> joiner_;
};

// Runs `body(group)` and then waits for everything it spawned. The group has a Stop of its own, a
// child of `parent`: a failure here does not stop the rest of the run.
template <typename Body>
Task<> with_group(Loop& loop, Stop& parent, Body body) {
  Stop stop(parent);
  Group group(loop, stop);
  try {
    co_await body(group);
  } catch (...) {
    group.fail(std::current_exception());
  }
  co_await group.join();
  if (group.failure()) std::rethrow_exception(group.failure());
}

}  // namespace spillway::async
