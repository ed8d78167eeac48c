// SPDX-License-Identifier: Apache-2.0
#include "core/mutex.h"

#include <gtest/gtest.h>

#include <thread>

namespace spillway {
namespace {

class Tally {
 public:
  void add() {
    const MutexLock lock(mutex_);
    ++count_;
  }
  int count() {
    const MutexLock lock(mutex_);
    return count_;
  }

 private:
  Mutex mutex_;
  int count_ SPILLWAY_GUARDED_BY(mutex_) = 0;
};

TEST(Mutex, LetsOneThreadInAtATime) {
  constexpr int kRounds = 10000;
  Tally tally;
  {
    const auto add_all = [&] {
      for (int i = 0; i < kRounds; ++i) tally.add();
    };
    const std::jthread one(add_all);
    const std::jthread other(add_all);
  }
  EXPECT_EQ(tally.count(), 2 * kRounds);
}

TEST(Mutex, CountsTheLocksThatThisThreadHolds) {
  Mutex mutex;
  EXPECT_EQ(locks_held, 0);
  {
    const MutexLock lock(mutex);
    EXPECT_EQ(locks_held, 1);
    std::jthread([] { EXPECT_EQ(locks_held, 0); }).join();
  }
  EXPECT_EQ(locks_held, 0);
}

}  // namespace
}  // namespace spillway
