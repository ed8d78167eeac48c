// SPDX-License-Identifier: Apache-2.0
#include "core/child_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway {
namespace {

using std::chrono_literals::operator""s;

class ChildProcessTest : public testing::Test {
 protected:
  std::string said() const {
    std::ifstream file(output_);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TemporaryDirectory directory_;
  std::string output_ = directory_.file("output");
};

TEST_F(ChildProcessTest, RunsAProgramAndKeepsWhatItSays) {
  ChildProcess child({.arguments = {"sh", "-c", "echo $GREETING; echo wrong >&2; exit 3"},
                      .variables = {"GREETING=hello"},
                      .output = output_});
  const auto end = child.wait(10s);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->status, 3);
  EXPECT_EQ(to_text(*end), "status 3");
  EXPECT_EQ(said(), "hello\nwrong\n");
}

TEST_F(ChildProcessTest, IsEndedByASignalWithAllThatItStarted) {
  ChildProcess child({.arguments = {"sh", "-c", "sleep 100 & wait"}, .output = output_});
  EXPECT_FALSE(child.wait(0s));
  child.signal(SIGTERM);
  const auto end = child.wait(10s);
  ASSERT_TRUE(end);
  EXPECT_EQ(to_text(*end), "signal 15");
  child.signal(SIGTERM);  // has ended: nobody is hit
}

TEST_F(ChildProcessTest, RunsWhereItMay) {
  ChildProcess child({.arguments = {"grep", "Cpus_allowed_list", "/proc/self/status"},
                      .output = output_,
                      .cpus = {0}});
  ASSERT_TRUE(child.wait(10s));
  EXPECT_EQ(said(), "Cpus_allowed_list:\t0\n");
}

TEST_F(ChildProcessTest, SaysWhyAProgramDoesNotStart) {
  try {
    const ChildProcess child({.arguments = {"/no/such/program"}});
    FAIL() << "it started";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "start /no/such/program: No such file or directory");
  }
  EXPECT_THROW(ChildProcess({.arguments = {"true"}, .output = "/no/such/file"}), Error);
}

TEST_F(ChildProcessTest, WhatStillRunsIsKilled) {
  pid_t id = 0;
  {
    const ChildProcess child({.arguments = {"sleep", "100"}});
    id = child.id();
  }
  EXPECT_EQ(::kill(id, 0), -1);
}

}  // namespace
}  // namespace spillway
