// SPDX-License-Identifier: Apache-2.0
#include "core/foreground_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway {
namespace {

TEST(ForegroundProcess, EndsWithItsStatus) {
  EXPECT_EQ(ForegroundProcess({"sh", "-c", "exit 3"}).wait().status, 3);
}

TEST(ForegroundProcess, HearsSignalsThatThisProcessHasBlocked) {
  sigset_t both;
  sigemptyset(&both);
  sigaddset(&both, SIGTERM);
  sigset_t before;
  pthread_sigmask(SIG_BLOCK, &both, &before);
  const ForegroundProcess child({"sleep", "100"});
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait().signal, SIGTERM);
}

TEST(ForegroundProcess, HasTheStreamsOfThisOne) {
  testing::internal::CaptureStdout();
  ForegroundProcess({"echo", "hello"}).wait();
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "hello\n");
}

TEST(ForegroundProcess, AProgramThatIsNotThereIsNamed) {
  EXPECT_THAT(error_of([] { ForegroundProcess({"no-such-program"}); }),
              testing::HasSubstr("start no-such-program: No such file"));
}

}  // namespace
}  // namespace spillway
