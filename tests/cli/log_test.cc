// SPDX-License-Identifier: Apache-2.0
#include "cli/log.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::cli {
namespace {

std::string said(const Log& log) {
  testing::internal::CaptureStderr();
  log.say(LogLevel::debug, "a detail");
  log.say(LogLevel::info, "a fact");
  log.say(LogLevel::warning, "a doubt");
  log.say(LogLevel::error, "a fault");
  return testing::internal::GetCapturedStderr();
}

TEST(Log, SaysWhatItsLevelShows) {
  EXPECT_EQ(said(Log(log_level("DEBUG"))), "debug: a detail\na fact\nwarning: a doubt\na fault\n");
  EXPECT_EQ(said(Log(log_level("INFO"))), "a fact\nwarning: a doubt\na fault\n");
  EXPECT_EQ(said(Log(log_level("WARNING"))), "warning: a doubt\na fault\n");
  EXPECT_EQ(said(Log(log_level("ERROR"))), "a fault\n");
  EXPECT_EQ(said(Log(log_level("CRITICAL"))), "a fault\n");
}

}  // namespace
}  // namespace spillway::cli
