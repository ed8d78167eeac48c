// SPDX-License-Identifier: Apache-2.0
#include "telemetry/command_runner.h"

#include <gtest/gtest.h>

namespace spillway::telemetry {
namespace {

constexpr std::chrono::seconds kLong(30);

TEST(CommandRunner, KeepsWhatACommandAnswers) {
  const CommandAnswer answer = run_command({"sh", "-c", "echo out; echo err >&2"}, kLong);
  EXPECT_TRUE(answer.success);
  EXPECT_EQ(answer.return_code, 0);
  EXPECT_EQ(answer.out, "out\n");
  EXPECT_EQ(answer.err, "err");
  EXPECT_EQ(answer.error, "");
}

TEST(CommandRunner, AStatusIsAFailureWithWhatItComplainedOf) {
  const CommandAnswer answer =
      run_command({"sh", "-c", "echo permission denied >&2; exit 2"}, kLong);
  EXPECT_FALSE(answer.success);
  EXPECT_EQ(answer.return_code, 2);
  EXPECT_EQ(answer.error, "permission denied");
  EXPECT_EQ(run_command({"false"}, kLong).error, "status 1") << "it did not complain";
}

TEST(CommandRunner, AMissingToolIsNamedSo) {
  const CommandAnswer answer = run_command({"spillway-there-is-no-such-tool"}, kLong);
  EXPECT_FALSE(answer.success);
  EXPECT_FALSE(answer.return_code);
  EXPECT_EQ(answer.error, kCommandNotFound);
}

TEST(CommandRunner, WhatDoesNotEndIsKilled) {
  const CommandAnswer answer =
      run_command({"tail", "-f", "/dev/null"}, std::chrono::milliseconds(1));
  EXPECT_FALSE(answer.success);
  EXPECT_FALSE(answer.return_code);
  EXPECT_NE(answer.error.find("was killed"), std::string::npos) << answer.error;
}

TEST(CommandRunner, ASignalIsAFailure) {
  EXPECT_EQ(run_command({"sh", "-c", "kill -9 $$"}, kLong).error, "signal 9");
}

TEST(CommandRunner, WordsStandAsTheyWouldBeTyped) {
  EXPECT_EQ(command_text({"nvme", "list", "-o", "json"}), "nvme list -o json");
}

}  // namespace
}  // namespace spillway::telemetry
