// SPDX-License-Identifier: Apache-2.0
#include "async/semaphore.h"

#include <algorithm>

#include "core/error.h"

namespace spillway::async {

Semaphore::Semaphore(Loop& loop, std::uint64_t limit, const char* name)
    : loop_(loop), limit_(limit), name_(name) {
  check(limit > 0, "a semaphore has units to give");
}

Semaphore::~Semaphore() {
  check(next_waiter() == nullptr, "nobody waits for a semaphore that goes");
}

Semaphore::Acquire::Acquire(Semaphore& semaphore, std::uint64_t units, Stop& stop, std::size_t rank)
    : semaphore_(semaphore),
      units_(std::clamp<std::uint64_t>(units, 1, semaphore.limit_)),
      rank_(rank),
      stop_(stop),
      wait_(semaphore.loop_, semaphore.name_) {}

bool Semaphore::Acquire::await_ready() {
  if (stop_.requested()) return true;
  if (semaphore_.next_waiter(rank_) != nullptr || !semaphore_.has_room(units_)) return false;
  semaphore_.grant(*this);
  return true;
}

void Semaphore::Acquire::await_suspend(std::coroutine_handle<> frame) {
  frame_ = frame;
  Line& line = semaphore_.lines_.at(rank_);
  previous_ = line.last;
  (previous_ == nullptr ? line.first : previous_->next_) = this;
  line.last = this;
  stop_.listen(*this);
}

void Semaphore::Acquire::on_stop() {
  semaphore_.unlink(*this);
  semaphore_.loop_.resume(frame_);
  semaphore_.release(0);  // whoever stood behind may fit now
}

Semaphore::Acquire* Semaphore::next_waiter(std::size_t highest_rank) const {
  for (std::size_t rank = 0; rank <= highest_rank; ++rank) {
    if (lines_.at(rank).first != nullptr) return lines_.at(rank).first;
  }
  return nullptr;
}

void Semaphore::grant(Acquire& waiter) {
  taken_ += waiter.units_;
  waiter.granted_ = waiter.units_;
}

void Semaphore::unlink(Acquire& waiter) {
  Line& line = lines_.at(waiter.rank_);
  (waiter.previous_ == nullptr ? line.first : waiter.previous_->next_) = waiter.next_;
  (waiter.next_ == nullptr ? line.last : waiter.next_->previous_) = waiter.previous_;
}

void Semaphore::release(std::uint64_t units) {
  check(units <= taken_, "no more is given back than was taken");
  taken_ -= units;
  for (Acquire* next = next_waiter(); next != nullptr; next = next_waiter()) {
    Acquire& waiter = *next;
    if (!has_room(waiter.units_)) return;
    unlink(waiter);
    waiter.leave();
    grant(waiter);
    loop_.resume(waiter.frame_);
  }
}

}  // namespace spillway::async
