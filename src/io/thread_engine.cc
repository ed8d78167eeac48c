// SPDX-License-Identifier: Apache-2.0
#include "io/thread_engine.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.h"
#include "io/bell.h"

namespace spillway::io {
namespace {

constexpr std::uint32_t kMaxDepth = 1024;

// Moves all of it, as io_uring does for files; stops short only at the end of the file.
std::int64_t perform(const Operation& operation) {
  std::size_t moved = 0;
  while (moved < operation.length) {
    const auto offset = static_cast<off_t>(operation.offset + moved);
    std::byte* const data = operation.data + moved;
    const std::size_t length = operation.length - moved;
    const ssize_t got = operation.direction == Direction::read
                            ? ::pread(operation.file, data, length, offset)
                            : ::pwrite(operation.file, data, length, offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return moved > 0 ? static_cast<std::int64_t>(moved) : -errno;
    if (got == 0) break;
    moved += static_cast<std::size_t>(got);
  }
  return static_cast<std::int64_t>(moved);
}

class ThreadEngine final : public Engine {
 public:
  explicit ThreadEngine(std::uint32_t depth);
  // Finishes what it has taken: the buffers are borrowed until then.
  ~ThreadEngine() override;
  ThreadEngine(const ThreadEngine&) = delete;
  ThreadEngine& operator=(const ThreadEngine&) = delete;

  std::size_t submit(std::span<const Operation> operations) override;
  std::size_t reap(std::span<Completion> completions) override;
  int descriptor() const override { return bell_.descriptor(); }
  std::size_t depth() const override { return depth_; }
  std::vector<std::string> features() const override { return {"threads"}; }

 private:
  void start_threads();
  void close();
  void work();

  std::size_t depth_;
  std::size_t in_flight_ = 0;  // the owner's count
  Bell bell_;
  // Not core's Mutex: a condition variable gives it back and takes it again inside wait().
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Operation> waiting_;
  std::deque<Completion> completed_;
  bool closing_ = false;
  std::vector<std::jthread> threads_;  // last, so that they end before what they use
};

ThreadEngine::ThreadEngine(std::uint32_t depth) : depth_(depth) {
  try {
    start_threads();
  } catch (const std::system_error& error) {
    close();
    throw Error("start " + std::to_string(depth) + " threads for I/O: " + error.what() +
                "; try a smaller queue depth");
  }
}

ThreadEngine::~ThreadEngine() { close(); }

void ThreadEngine::start_threads() {
  for (std::size_t i = 0; i < depth_; ++i) {
    threads_.emplace_back([this] { work(); });
    const std::string name = "io-" + std::to_string(i);
    ::pthread_setname_np(threads_.back().native_handle(), name.c_str());
  }
}

void ThreadEngine::close() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  threads_.clear();
}

void ThreadEngine::work() {
  while (true) {
    Operation operation;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      operation = waiting_.front();
      waiting_.pop_front();
    }
    const std::int64_t result = perform(operation);
    {
      const std::scoped_lock lock(mutex_);
      completed_.push_back({.tag = operation.tag, .result = result});
    }
    bell_.ring();
  }
}

std::size_t ThreadEngine::submit(std::span<const Operation> operations) {
  const auto taken = operations.first(std::min(operations.size(), depth_ - in_flight_));
  {
    const std::scoped_lock lock(mutex_);
    waiting_.insert(waiting_.end(), taken.begin(), taken.end());
  }
  for (std::size_t i = 0; i < taken.size(); ++i) changed_.notify_one();
  in_flight_ += taken.size();
  return taken.size();
}

std::size_t ThreadEngine::reap(std::span<Completion> completions) {
  const std::scoped_lock lock(mutex_);
  const std::size_t got = std::min(completions.size(), completed_.size());
  std::copy_n(completed_.begin(), got, completions.begin());
  completed_.erase(completed_.begin(), completed_.begin() + static_cast<std::ptrdiff_t>(got));
  in_flight_ -= got;
  return got;
}

}  // namespace

std::unique_ptr<Engine> make_thread_engine(const ThreadOptions& options) {
  check(options.depth > 0 && options.depth <= kMaxDepth, "1 to 1,024 threads do I/O");
  return std::make_unique<ThreadEngine>(options.depth);
}

}  // namespace spillway::io
