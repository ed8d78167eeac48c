// Condition: frames wait until somebody says that something has changed, and look again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <utility>

#include "async/loop.h"
#include "async/stop.h"

namespace spillway::async {

// For frames of one loop, any number of them. Nothing is remembered: who waits looks first, and
// again afterwards.
class Condition {
 public:
  // `name` says what is waited for, in reports of deadlocks.
  Condition(Loop& loop, const char* name) : loop_(loop), name_(name) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  // Until the next notify_all(), or the stop. It need not have been asked for in vain.
  auto wait(Stop& stop) { return Waiting(*this, stop); }

  void notify_all() {
    while (first_ != nullptr) {
      Waiting& waiting = *first_;
      waiting.leave_line();
      waiting.leave();
      loop_.resume(waiting.frame_);
    }
  }

 private:
  class Waiting final : private StopListener {
   public:
    Waiting(Condition& condition, Stop& stop)
        : condition_(condition), stop_(stop), wait_(condition.loop_, condition.name_) {}
    bool await_ready() const { return stop_.requested(); }
    void await_suspend(std::coroutine_handle<> frame) {
      frame_ = frame;
      stop_.listen(*this);
      previous_ = condition_.last_;
      (previous_ == nullptr ? condition_.first_ : previous_->next_) = this;
      condition_.last_ = this;
    }
    void await_resume() const {}

   private:
    friend class Condition;
    void on_stop() override {
      leave_line();
      condition_.loop_.resume(frame_);
    }
    void leave_line() {
      (previous_ == nullptr ? condition_.first_ : previous_->next_) = next_;
      (next_ == nullptr ? condition_.last_ : next_->previous_) = previous_;
    }

    Condition& condition_;
    Stop& stop_;
    Wait wait_;
    std::coroutine_handle<> frame_;
    Waiting* previous_ = nullptr;
    Waiting* next_ = nullptr;
  };

  Loop& loop_;
  const char* name_;
  Waiting* first_ = nullptr;
  Waiting* last_ = nullptr;
};

}  // namespace spillway::async
