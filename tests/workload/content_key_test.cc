// SPDX-License-Identifier: Apache-2.0
#include "workload/content_key.h"

#include <gtest/gtest.h>

namespace spillway::workload {
namespace {

TEST(ContentKey, IsThePublishedHash) {
  EXPECT_EQ(content_key(""), 0x2D06800538D394C2U);  // XXH3_64bits of no bytes, by its specification
}

TEST(ContentKey, TellsTextsApart) {
  EXPECT_EQ(content_key("../a/b"), content_key("../a/b"));
  EXPECT_NE(content_key("../a/b"), content_key("a/b"));
}

}  // namespace
}  // namespace spillway::workload
