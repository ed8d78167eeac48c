// Pool: threads for what must not stall a loop: blocking calls, large copies, checksums.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "async/loop.h"
#include "async/task.h"

namespace spillway::async {

// Serves several loops. Work is a plain function; the frame that asked goes on, on its own loop,
// with the function's result or exception. Under a virtual clock, where threads are refused, the
// work is done inline. A call that has started cannot be stopped; its frame waits for it.
class Pool {
 public:
  // Threads are named `name`-0, `name`-1, ... Zero threads do everything inline.
  Pool(const char* name, unsigned threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  template <typename Function>
  auto run(Loop& loop, Function function) -> Task<std::invoke_result_t<Function>> {
    using Result = std::invoke_result_t<Function>;
    if (threads_.empty() || loop.clock().is_virtual()) co_return function();
    std::exception_ptr failure;
    if constexpr (std::is_void_v<Result>) {
      const std::function<void()> job = guarded(failure, [&function] { function(); });
      co_await Handed{.pool = *this, .loop = loop, .job = job};
      if (failure) std::rethrow_exception(failure);
    } else {
      std::optional<Result> result;
      const std::function<void()> job = guarded(failure, [&] { result.emplace(function()); });
      co_await Handed{.pool = *this, .loop = loop, .job = job};
      if (!result) std::rethrow_exception(failure);
      co_return std::move(*result);
    }
  }

 private:
  template <typename Function>
  static std::function<void()> guarded(std::exception_ptr& failure, Function function) {
    return [&failure, function] {
      try {
        function();
      } catch (...) {
        failure = std::current_exception();
      }
    };
  }

  struct Handed {
    Pool& pool;
    Loop& loop;
    const std::function<void()>& job;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> frame) const {
      pool.enqueue([this_job = &job, to = &loop, frame] {
        (*this_job)();
        to->resume(frame);
      });
    }
    void await_resume() const {}
  };

  void enqueue(std::function<void()> job);
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool closing_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace spillway::async
