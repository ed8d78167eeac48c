// SPDX-License-Identifier: Apache-2.0
#include "async/pool.h"

#include <pthread.h>

#include <string>

namespace spillway::async {

Pool::Pool(const char* name, unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { work(); });
    const std::string full = std::string(name) + "-" + std::to_string(i);
    ::pthread_setname_np(threads_.back().native_handle(), full.substr(0, 15).c_str());
  }
}

Pool::~Pool() {
  {
    const std::scoped_lock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
}

void Pool::enqueue(std::function<void()> job) {
  {
    const std::scoped_lock lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  changed_.notify_one();
}

void Pool::work() {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return closing_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace spillway::async
