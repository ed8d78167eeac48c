// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <utility>
#include <vector>

namespace spillway::cli {
namespace {

TEST(Signals, CountsWhatItHears) {
  std::vector<std::pair<int, int>> heard;
  std::promise<void> both;
  {
    const Signals signals([&](int signal, int count) {
      heard.emplace_back(signal, count);
      if (count == 2) both.set_value();
    });
    ::kill(::getpid(), SIGTERM);
    ::kill(::getpid(), SIGINT);
    both.get_future().wait();
  }
  EXPECT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0].second, 1);
  EXPECT_EQ(heard[1].second, 2);
}

}  // namespace
}  // namespace spillway::cli
