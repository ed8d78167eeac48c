// SPDX-License-Identifier: Apache-2.0
#include "load/active_users.h"

#include "core/error.h"

namespace spillway::load {

ActiveUsers::~ActiveUsers() { check(parked_.empty(), "nobody is parked when the users go"); }

void ActiveUsers::set(std::uint32_t active) {
  active_ = active;
  while (!parked_.empty() && has(parked_.begin()->first)) {
    Parked& next = *parked_.begin()->second;
    next.leave();
    next.wake();
  }
}

void ActiveUsers::Parked::await_suspend(std::coroutine_handle<> frame) {
  frame_ = frame;
  const bool first = users_.parked_.emplace(user_, this).second;
  check(first, "a user is parked once");
  stop_.listen(*this);
}

void ActiveUsers::Parked::on_stop() { wake(); }

void ActiveUsers::Parked::wake() {
  users_.parked_.erase(user_);
  users_.loop_.resume(frame_);
}

}  // namespace spillway::load
