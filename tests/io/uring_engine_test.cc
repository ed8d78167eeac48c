// SPDX-License-Identifier: Apache-2.0
#include "io/uring_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace spillway::io {
namespace {

TEST(UringEngine, TellsWhichFeaturesAreInUse) {
  try {
    const auto engine = make_uring_engine({.depth = 4});
    EXPECT_EQ(engine->features().at(0), "io_uring");
    EXPECT_EQ(engine->depth(), 4U);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--io-engine threads"));
    GTEST_SKIP() << error.what();
  }
}

TEST(UringEngine, ADepthThatIsNoPowerOfTwoIsKept) {
  try {
    EXPECT_EQ(make_uring_engine({.depth = 48})->depth(), 48U);
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
}

TEST(UringEngineDeath, RefusesADepthThatNoRingHas) {
  EXPECT_DEATH(make_uring_engine({.depth = 0}), "a ring holds 1 to 32,768 operations");
  EXPECT_DEATH(make_uring_engine({.depth = 40'000}), "a ring holds 1 to 32,768 operations");
}

}  // namespace
}  // namespace spillway::io
