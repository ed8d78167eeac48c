// SPDX-License-Identifier: Apache-2.0
#include "core/tier_id.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(TierId, IsSpeltAsInRecordsAndFlags) {
  EXPECT_STREQ(name_of(TierId::gpu), "gpu");
  EXPECT_STREQ(name_of(TierId::cpu), "cpu");
  EXPECT_STREQ(name_of(TierId::storage), "storage");
}

TEST(TierId, NamesAValueOfEachTier) {
  PerTier<int> values{{1, 2, 3}};
  values[TierId::cpu] = 20;
  EXPECT_EQ(values[TierId::gpu], 1);
  EXPECT_EQ(values.at(1), 20);
  EXPECT_EQ(values[TierId::storage], 3);
}

}  // namespace
}  // namespace spillway
