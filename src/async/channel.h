// Channel: values cross from one shard or thread to another, in order, at most so many at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "async/loop.h"
#include "core/mutex.h"

namespace spillway::async {

// Bounded; a full channel makes the sender wait, which is where backpressure comes from. Sender and
// receiver may live on different loops: each is resumed on its own. close() ends it: receivers get
// what is left, then nothing; senders get false.
template <typename T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) {
    check(capacity > 0, "a channel holds something");
  }

  // False when the channel is closed; the value is lost then.
  Task<bool> send(Loop& loop, T value) {
    const Wait wait(loop, "room in a channel");
    while (true) {
      switch (try_send(value)) {
        case Tried::done:
          co_return true;
        case Tried::closed:
          co_return false;
        case Tried::must_wait:
          break;
      }
      co_await Change{*this, loop, senders_, true};
    }
  }

  // Nothing once the channel is closed and empty.
  Task<std::optional<T>> receive(Loop& loop) {
    const Wait wait(loop, "a value in a channel");
    while (true) {
      std::optional<T> value;
      if (try_receive(value) != Tried::must_wait) co_return value;
      co_await Change{*this, loop, receivers_, false};
    }
  }

  void close() {
    const MutexLock lock(mutex_);
    closed_ = true;
    wake_all(senders_);
    wake_all(receivers_);
  }

 private:
  enum class Tried { done, closed, must_wait };
  struct Waiter {
    Loop* loop;
    std::coroutine_handle<> frame;
  };
  using Waiters = std::deque<Waiter>;

  // Waits for a change on the other side; looks again under the lock, so that none is missed.
  struct Change {
    Channel& channel;
    Loop& loop;
    Waiters& line;
    bool sending;
    bool await_ready() const { return false; }
    bool await_suspend(std::coroutine_handle<> frame) const {
      const MutexLock lock(channel.mutex_);
      const bool possible =
          sending ? channel.values_.size() < channel.capacity_ : !channel.values_.empty();
      if (possible || channel.closed_) return false;
      line.push_back({&loop, frame});
      return true;
    }
    void await_resume() const {}
  };

  Tried try_send(T& value) {
    const MutexLock lock(mutex_);
    if (closed_) return Tried::closed;
    if (values_.size() >= capacity_) return Tried::must_wait;
    values_.push_back(std::move(value));
    wake_one(receivers_);
    return Tried::done;
  }

  Tried try_receive(std::optional<T>& value) {
    const MutexLock lock(mutex_);
    if (values_.empty()) return closed_ ? Tried::closed : Tried::must_wait;
    value.emplace(std::move(values_.front()));
    values_.pop_front();
    wake_one(senders_);
    return Tried::done;
  }

  static void wake_one(Waiters& line) {
    if (line.empty()) return;
    const Waiter waiter = line.front();
    line.pop_front();
    waiter.loop->resume(waiter.frame);
  }
  static void wake_all(Waiters& line) {
    while (!line.empty()) wake_one(line);
  }

  std::size_t capacity_;
  Mutex mutex_;
  std::deque<T> values_;
  Waiters senders_;
  Waiters receivers_;
  bool closed_ = false;
};

}  // namespace spillway::async
