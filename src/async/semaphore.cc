// SPDX-License-Identifier: Apache-2.0
#include "async/semaphore.h"

#include <algorithm>

#include "core/error.h"

namespace spillway::async {

Semaphore::Semaphore(Loop& loop, std::uint64_t limit, const char* name)
    : loop_(loop), limit_(limit), name_(name) {
  check(limit > 0, "a semaphore has units to give");
}

Semaphore::~Semaphore() { check(first_ == nullptr, "nobody waits for a semaphore that goes"); }

Semaphore::Acquire::Acquire(Semaphore& semaphore, std::uint64_t units, Stop& stop)
    : semaphore_(semaphore),
      units_(std::clamp<std::uint64_t>(units, 1, semaphore.limit_)),
      stop_(stop),
      wait_(semaphore.loop_, semaphore.name_) {}

bool Semaphore::Acquire::await_ready() {
  if (stop_.requested()) return true;
  if (semaphore_.first_ != nullptr || !semaphore_.has_room(units_)) return false;
  semaphore_.grant(*this);
  return true;
}

void Semaphore::Acquire::await_suspend(std::coroutine_handle<> frame) {
  frame_ = frame;
  previous_ = semaphore_.last_;
  (previous_ == nullptr ? semaphore_.first_ : previous_->next_) = this;
  semaphore_.last_ = this;
  stop_.listen(*this);
}

void Semaphore::Acquire::on_stop() {
  semaphore_.unlink(*this);
  semaphore_.loop_.resume(frame_);
  semaphore_.release(0);  // whoever stood behind may fit now
}

void Semaphore::grant(Acquire& waiter) {
  taken_ += waiter.units_;
  waiter.granted_ = waiter.units_;
}

void Semaphore::unlink(Acquire& waiter) {
  (waiter.previous_ == nullptr ? first_ : waiter.previous_->next_) = waiter.next_;
  (waiter.next_ == nullptr ? last_ : waiter.next_->previous_) = waiter.previous_;
}

void Semaphore::release(std::uint64_t units) {
  check(units <= taken_, "no more is given back than was taken");
  taken_ -= units;
  while (first_ != nullptr && has_room(first_->units_)) {
    Acquire& waiter = *first_;
    unlink(waiter);
    waiter.leave();
    grant(waiter);
    loop_.resume(waiter.frame_);
  }
}

}  // namespace spillway::async
