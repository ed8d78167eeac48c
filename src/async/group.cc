// SPDX-License-Identifier: Apache-2.0
#include "async/group.h"

#include <utility>

namespace spillway::async {

// Owns itself from its first resume to its end, and holds the child.
struct Group::ChildFrame {
  struct promise_type {
    ChildFrame get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<> frame;
};

Group::ChildFrame Group::drive(Group& group, Task<> child) {
  try {
    co_await child;
  } catch (...) {
    group.fail(std::current_exception());
  }
  group.child_ended();
}

void Group::spawn(Task<> child) {
  ++alive_;
  loop_.resume(drive(*this, std::move(child)).frame);
}

void Group::fail(std::exception_ptr failure) {
  if (failure_) return;
  failure_ = std::move(failure);
  stop_.request();
}

void Group::child_ended() {
  if (--alive_ == 0 && joiner_) loop_.resume(std::exchange(joiner_, {}));
}

Task<> Group::join() {
  struct Joined {
    Group& group;
    bool await_ready() const { return group.alive_ == 0; }
    void await_suspend(std::coroutine_handle<> frame) const { group.joiner_ = frame; }
    void await_resume() const {}
  };
  const Wait wait(loop_, "the end of a group's tasks");
  while (alive_ > 0) co_await Joined{*this};
}

}  // namespace spillway::async
