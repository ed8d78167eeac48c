// SPDX-License-Identifier: Apache-2.0
#include "core/utc_time.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

using std::chrono::seconds;

UtcTime at(std::int64_t since_1970) { return UtcTime(seconds(since_1970)); }

TEST(UtcTime, ReadsTheFormsOfIso8601) {
  EXPECT_EQ(parse_utc("1970-01-01T00:00:00Z"), at(0));
  EXPECT_EQ(parse_utc("2026-02-12T00:05:00+00:00"), at(1770854700));
  EXPECT_EQ(parse_utc("2026-02-12 00:05:00"), at(1770854700));
  EXPECT_EQ(parse_utc("2026-02-12T00:05"), at(1770854700));
  EXPECT_EQ(parse_utc("2026-02-12T02:05:00+0200"), at(1770854700));
  EXPECT_EQ(parse_utc("2026-02-11T23:35:00-00:30"), at(1770854700));
  EXPECT_EQ(parse_utc("2026-02-12T00:05:00.25Z"), at(1770854700) + std::chrono::milliseconds(250));
  EXPECT_EQ(parse_utc("2026-02-12T00:05:00.1234567Z"),
            at(1770854700) + std::chrono::microseconds(123'456));
  EXPECT_EQ(parse_utc("2024-02-29T00:00:00Z"), at(1709164800)) << "a leap year";
}

TEST(UtcTime, RefusesWhatIsNoMoment) {
  for (const std::string_view text :
       {"", "yesterday", "2026-02-12", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-02-12T24:00:00Z", "2026-02-12T00:60:00Z", "2026-02-12T00:00:60Z",
        "2026-02-12T00:00:00.Z", "2026-02-12T00:00:00+1", "2026-02-12T00:00:00Z ",
        "2026-2-12T00:00:00Z", "2026-02-12x00:00:00Z"}) {
    EXPECT_FALSE(parse_utc(text)) << text;
  }
}

TEST(UtcTime, IsWrittenSoThatItReadsBack) {
  const UtcTime time = at(1770854700) + std::chrono::milliseconds(7);
  EXPECT_EQ(utc_text(time), "2026-02-12T00:05:00.007+00:00");
  EXPECT_EQ(utc_text_in_seconds(time), "2026-02-12T00:05:00+00:00");
  EXPECT_EQ(utc_token(time), "20260212T000500Z");
  EXPECT_EQ(parse_utc(utc_text(time)), time);
  EXPECT_EQ(utc_text(at(-1)), "1969-12-31T23:59:59+00:00") << "before 1970";
}

}  // namespace
}  // namespace spillway
