// SPDX-License-Identifier: Apache-2.0
#include "net/bearer.h"

#include <gtest/gtest.h>

namespace spillway::net {
namespace {

TEST(BearerTest, OnlyTheWholeKeyWillDo) {
  EXPECT_TRUE(bears("Bearer s3cret", "s3cret"));
  EXPECT_TRUE(bears("bearer s3cret", "s3cret"));
  EXPECT_FALSE(bears("Bearer s3cre", "s3cret"));
  EXPECT_FALSE(bears("Bearer s3crett", "s3cret"));
  EXPECT_FALSE(bears("Bearer s3crets3cret", "s3cret"));
  EXPECT_FALSE(bears("Bearer S3CRET", "s3cret"));
  EXPECT_FALSE(bears("Basic s3cret", "s3cret"));
  EXPECT_FALSE(bears("s3cret", "s3cret"));
  EXPECT_FALSE(bears("Bearer ", "s3cret"));
  EXPECT_FALSE(bears("", "s3cret"));
}

TEST(BearerTest, NoKeyIsNotAnEmptyKey) { EXPECT_FALSE(bears("Bearer ", "")); }

}  // namespace
}  // namespace spillway::net
