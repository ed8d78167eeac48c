// SPDX-License-Identifier: Apache-2.0
#include "core/utc_text.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

// `date -u -d @1771416900`
TEST(UtcTextTest, WritesTimes) {
  const UtcTime time =
      UtcTime(std::chrono::seconds(1'771'416'900)) + std::chrono::microseconds(42'999);
  EXPECT_EQ(utc_text(time), "2026-02-18T12:15:00+00:00");
  EXPECT_EQ(utc_text_ms(time), "2026-02-18T12:15:00.042+00:00");
  EXPECT_EQ(utc_token(time), "20260218T121500Z");
  EXPECT_EQ(utc_text_ms(UtcTime(std::chrono::milliseconds(-1))), "1969-12-31T23:59:59.999+00:00");
}

}  // namespace
}  // namespace spillway
