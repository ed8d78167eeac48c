// SPDX-License-Identifier: Apache-2.0
#include "io/null_engine.h"

#include <gtest/gtest.h>

#include <array>

namespace spillway::io {
namespace {

TEST(NullEngine, CompletesAtOnceAndInOrder) {
  const auto engine = make_null_engine({.depth = 4});
  const std::array operations = {Operation{.length = 4096, .tag = 8},
                                 Operation{.length = 512, .tag = 9}};
  EXPECT_EQ(engine->submit(operations), 2U);
  std::array<Completion, 4> completions;
  ASSERT_EQ(engine->reap(completions), 2U);
  EXPECT_EQ(completions[0].tag, 8U);
  EXPECT_EQ(completions[0].result, 4096);
  EXPECT_EQ(completions[1].tag, 9U);
  EXPECT_EQ(completions[1].result, 512);
  EXPECT_EQ(engine->reap(completions), 0U);
}

TEST(NullEngine, AcceptsNoMoreThanItsDepth) {
  const auto engine = make_null_engine({.depth = 4});
  const std::array<Operation, 6> operations;
  EXPECT_EQ(engine->submit(operations), 4U);
  std::array<Completion, 1> one;
  EXPECT_EQ(engine->reap(one), 1U);
  EXPECT_EQ(engine->submit(operations), 1U);
}

}  // namespace
}  // namespace spillway::io
