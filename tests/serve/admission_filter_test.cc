// SPDX-License-Identifier: Apache-2.0
#include "serve/admission_filter.h"

#include <gtest/gtest.h>

#include <array>

namespace spillway::serve {
namespace {

constexpr kv::BlockKey key(std::uint64_t number) { return {.high = 0, .low = number}; }

TEST(AdmissionFilterTest, AdmitsWhatWasAskedForOftenEnough) {
  AdmissionFilter filter(2, 100);
  EXPECT_FALSE(filter.admits(key(1)));
  filter.count(std::array{key(1), key(2)});
  EXPECT_FALSE(filter.admits(key(1)));
  filter.count(std::array{key(1)});
  EXPECT_TRUE(filter.admits(key(1)));
  EXPECT_FALSE(filter.admits(key(2)));
}

TEST(AdmissionFilterTest, WithoutAThresholdEverythingIsAdmitted) {
  AdmissionFilter filter(0, 100);
  filter.count(std::array{key(1)});
  EXPECT_TRUE(filter.admits(key(1)));
  EXPECT_TRUE(filter.admits(key(9)));
}

TEST(AdmissionFilterTest, AFullSetForgetsWhatWasSeenOnce) {
  AdmissionFilter filter(2, 4);
  for (int i = 0; i < 4; ++i) filter.count(std::array{key(1)});
  filter.count(std::array{key(2), key(3), key(4)});
  filter.count(std::array{key(5)});  // one too many: 4 becomes 2, each 1 becomes 0
  EXPECT_TRUE(filter.admits(key(1)));
  filter.count(std::array{key(3)});
  EXPECT_FALSE(filter.admits(key(3)));
  filter.count(std::array{key(5)});
  EXPECT_TRUE(filter.admits(key(5)));
}

TEST(AdmissionFilterTest, ANewcomerFindsAPlaceAmongThoseOftenAskedFor) {
  AdmissionFilter filter(2, 4);
  for (int i = 0; i < 8; ++i) filter.count(std::array{key(1), key(2), key(3)});
  for (int i = 0; i < 4; ++i) filter.count(std::array{key(4)});
  filter.count(std::array{key(5)});  // in the place of 4
  filter.count(std::array{key(5)});
  EXPECT_TRUE(filter.admits(key(5)));
  EXPECT_FALSE(filter.admits(key(4)));
  EXPECT_TRUE(filter.admits(key(1)));
}

TEST(AdmissionFilterTest, Forgets) {
  AdmissionFilter filter(2, 100);
  filter.count(std::array{key(1)});
  filter.count(std::array{key(1)});
  filter.forget();
  EXPECT_FALSE(filter.admits(key(1)));
}

}  // namespace
}  // namespace spillway::serve
