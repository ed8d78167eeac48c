// SPDX-License-Identifier: Apache-2.0
#include "core/processors.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <thread>

#include "core/error.h"

namespace spillway {
namespace {

TEST(ProcessorsTest, ClientAndServerShareNone) {
  const ProcessorSplit split = split_processors();
  EXPECT_EQ(split.client.empty(), split.server.empty());
  for (const unsigned cpu : split.client) {
    EXPECT_EQ(std::ranges::count(split.server, cpu), 0);
  }
}

TEST(ProcessorsTest, APinnedThreadHasNothingToSplit) {
  const ProcessorSplit all = split_processors();
  if (all.client.empty()) GTEST_SKIP() << "one processor";
  ProcessorSplit of_pinned;
  int runs_on = -1;
  std::thread([&] {
    pin_thread(all.client);
    runs_on = ::sched_getcpu();
    of_pinned = split_processors();
  }).join();
  EXPECT_EQ(runs_on, static_cast<int>(all.client.front()));
  EXPECT_TRUE(of_pinned.server.empty());
  EXPECT_FALSE(split_processors().server.empty()) << "other threads are as they were";
}

TEST(ProcessorsTest, AProcessorThatIsNotThereIsRefused) {
  EXPECT_THROW(pin_thread({1023}), Error);
  pin_thread({});  // changes nothing
}

}  // namespace
}  // namespace spillway
