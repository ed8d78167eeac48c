// SPDX-License-Identifier: Apache-2.0
#include "workload/content_id.h"

#include <gtest/gtest.h>

#include <set>

namespace spillway::workload {
namespace {

TEST(ContentId, IsTheSameOnEveryMachine) {
  // Frozen: identities enter the hash of a plan.
  EXPECT_EQ(content_id(ContentKind::turn, 1, 2), 13694413034242959859U);
  EXPECT_EQ(content_id(ContentKind::system, 0), 9745843688704944396U);
  EXPECT_NE(content_id(ContentKind::turn, 1, 2), content_id(ContentKind::turn, 2, 1));
}

TEST(ContentId, KindsDoNotMeet) {
  std::set<std::uint64_t> ids;
  std::size_t made = 0;
  for (std::uint64_t kind = 1; kind <= 7; ++kind) {
    for (std::uint64_t a = 0; a < 30; ++a) {
      for (std::uint64_t b = 0; b < 30; ++b, ++made) {
        ids.insert(content_id(static_cast<ContentKind>(kind), a, b));
      }
    }
  }
  EXPECT_EQ(ids.size(), made);
  EXPECT_FALSE(ids.contains(0));
}

TEST(ContentKey, IsThePublishedHash) {
  EXPECT_EQ(content_key(""), 0x2D06800538D394C2U);  // XXH3_64bits of no bytes, by its specification
}

TEST(ContentKey, TellsTextsApart) {
  EXPECT_EQ(content_key("../a/b"), content_key("../a/b"));
  EXPECT_NE(content_key("../a/b"), content_key("a/b"));
}

}  // namespace
}  // namespace spillway::workload
