// SPDX-License-Identifier: Apache-2.0
#include "io/thread_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway::io {
namespace {

TEST(ThreadEngine, SaysWhatItIs) {
  const auto engine = make_thread_engine({.depth = 3});
  EXPECT_EQ(engine->depth(), 3U);
  EXPECT_THAT(engine->features(), testing::ElementsAre("threads"));
}

TEST(ThreadEngineDeath, RefusesNoThreads) {
  EXPECT_DEATH(make_thread_engine({.depth = 0}), "1 to 1,024 threads do I/O");
}

}  // namespace
}  // namespace spillway::io
