// SPDX-License-Identifier: Apache-2.0
#include "async/group.h"

#include <utility>

namespace spillway::async {

detail::SelfOwned Group::drive(Group& group, Task<> child) {
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
