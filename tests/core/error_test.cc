// SPDX-License-Identifier: Apache-2.0
#include "core/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace spillway {
namespace {

TEST(Error, SaysWhatWasBeingDoneToWhatAndWhy) {
  try {
    throw_errno("open", "/data/kv", ENOENT);
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "open /data/kv: No such file or directory");
  }
}

TEST(CheckDeathTest, NamesThePlaceOfABrokenPrecondition) {
  EXPECT_DEATH(check(false, "queue depth is positive"),
               "error_test.cc:[0-9]+: broken precondition: queue depth is positive");
}

}  // namespace
}  // namespace spillway
