// Event: one frame waits for something that happens once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <utility>

#include "async/loop.h"

namespace spillway::async {

// For one waiting frame at most, on one loop. Once set it stays so, and waiting costs nothing.
class Event {
 public:
  Event(Loop& loop, const char* name) : loop_(loop), name_(name) {}

  bool is_set() const { return set_; }
  void set() {
    set_ = true;
    if (frame_) loop_.resume(std::exchange(frame_, {}));
  }

  Task<> wait() {
    if (set_) co_return;
    const Wait wait(loop_, name_);
    co_await Awaiter{*this};
  }

 private:
  struct Awaiter {
    Event& event;
    bool await_ready() const { return event.set_; }
    void await_suspend(std::coroutine_handle<> frame) const {
      check(!event.frame_, "one frame waits for an event");
      event.frame_ = frame;
    }
    void await_resume() const {}
  };

  Loop& loop_;
  const char* name_;
  bool set_ = false;
  std::coroutine_handle<> frame_;
};

}  // namespace spillway::async
