// Task: a piece of work that can wait. Lazy, one owner, resumed by a trampoline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/mutex.h"

namespace spillway::async {

// The frame that this thread's trampoline resumes next. Awaiters of this module set it instead of
// resuming by themselves: a loop of a million calls that complete at once then needs no stack.
inline thread_local std::coroutine_handle<> next_frame;

// The only caller of resume(): runs `frame`, and each frame it hands over to, until one waits.
inline void run(std::coroutine_handle<> frame) {
  const std::coroutine_handle<> outer = std::exchange(next_frame, frame);
  while (next_frame) {
    std::exchange(next_frame, {}).resume();
    check(locks_held == 0, "no lock is held across co_await");
  }
  next_frame = outer;
}

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> waiter;
  std::exception_ptr failure;

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> self) const noexcept {
      next_frame = self.promise().waiter;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
  void unhandled_exception() { failure = std::current_exception(); }
};

template <typename T>
struct Promise : PromiseBase {
  std::optional<T> result;

  template <typename U = T>
  void return_value(U&& value) {
    result.emplace(std::forward<U>(value));
  }
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a frame ends by returning or by throwing.
  T take() { return std::move(*result); }
};

template <>
struct Promise<void> : PromiseBase {
  void return_void() const noexcept {}
  void take() const noexcept {}
};

// A frame that owns itself from its first resume to its end: what a loop or a group drives its
// tasks with. It must not let an exception out.
struct SelfOwned {
  // NOLINTNEXTLINE(readability-identifier-naming): the name that the language looks for.
  struct promise_type {
    SelfOwned get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  std::coroutine_handle<> frame;
};

}  // namespace detail

// A coroutine's return type: `Task<Hit> find(BlockKey key)`. Nothing runs until it is awaited, by
// its one owner, once. An exception leaves through the co_await. Parameters are values, or
// references to what outlives the task. Frames end by returning: a task that has started is never
// destroyed while it waits (the kernel may still own its buffers).
template <typename T = void>
class [[nodiscard]] Task {
 public:
  // NOLINTNEXTLINE(readability-identifier-naming): the name that the language looks for.
  struct promise_type : detail::Promise<T> {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept {
    frame_.promise().waiter = waiter;
    next_frame = frame_;
  }
  T await_resume() {
    if (frame_.promise().failure) std::rethrow_exception(frame_.promise().failure);
    return frame_.promise().take();
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

}  // namespace spillway::async
