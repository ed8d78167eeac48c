// SPDX-License-Identifier: Apache-2.0
#include "core/size_text.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace spillway {
namespace {

using namespace std::chrono_literals;

TEST(ParseSize, ReadsBinaryAndDecimalUnits) {
  EXPECT_EQ(parse_size("512MiB", "--size", 1_B), 512_MiB);
  EXPECT_EQ(parse_size("1.5GiB", "--size", 1_B), 1536_MiB);
  EXPECT_EQ(parse_size("10 GB", "--size", 1_B), 10_GB);
  EXPECT_EQ(parse_size(" 2tib\t", "--size", 1_B), 2_TiB);
  EXPECT_EQ(parse_size("1TB", "--size", 1_B), 1000_GB);
  EXPECT_EQ(parse_size("64kB", "--size", 1_B), 64000_B);
  EXPECT_EQ(parse_size("4096b", "--size", 1_GiB), 4_KiB);
}

TEST(ParseSize, ReadsABareNumberInTheFlagsUnit) {
  EXPECT_EQ(parse_size("0.5", "--cpu-mem-gb", 1_GiB), 512_MiB);
  EXPECT_EQ(parse_size("0", "--cpu-mem-gb", 1_GiB), Bytes(0));
  EXPECT_EQ(parse_size("Unlimited", "--cpu-mem-gb", 1_GiB), kUnlimited);
}

TEST(ParseSize, RefusesNonsenseNamingTheFlag) {
  for (const char* const text :
       {"", " ", "abc", "-1", "-1GiB", "nan", "inf", "12XB", "64k", "1e300", "1e999", "9000000TiB",
        "1..5GiB", "0x10", "1,5GiB", "1 2GiB", "5 GiB x", "GiB", "unlimitedGiB"}) {
    try {
      parse_size(text, "--cpu-mem-gb", 1_GiB);
      ADD_FAILURE() << text << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(std::string_view(error.what()).substr(0, 13), "--cpu-mem-gb:") << error.what();
    }
  }
}

TEST(ParseSize, SaysWhatItAccepts) {
  try {
    parse_size("lots", "--cpu-mem-gb", 1_GiB);
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "--cpu-mem-gb: \"lots\" is not a size; give a size such as 512MiB, 1.5GiB or 10GB, "
        "a bare number (times 1 GiB), or unlimited");
  }
}

TEST(SizeText, PicksTheUnitThatReadsBest) {
  EXPECT_EQ(size_text(Bytes(0)), "0 B");
  EXPECT_EQ(size_text(64_KiB), "64 KiB");
  EXPECT_EQ(size_text(1536_MiB), "1.50 GiB");
  EXPECT_EQ(size_text(1023_B), "1023 B");
  EXPECT_EQ(size_text(1_MiB - 1_B), "1.00 MiB");
  EXPECT_EQ(size_text(100_GiB), "100 GiB");
  EXPECT_EQ(size_text(5000_TiB), "5000 TiB");
  EXPECT_EQ(size_text(kUnlimited), "unlimited");
}

TEST(RateText, IsDecimal) {
  EXPECT_EQ(rate_text(4_GB, 1s), "4 GB/s");
  EXPECT_EQ(rate_text(4310_MB, 1s), "4.31 GB/s");
  EXPECT_EQ(rate_text(Bytes(0), 1s), "0 B/s");
  EXPECT_EQ(rate_text(9999_B, 10s), "1.00 kB/s");
  EXPECT_EQ(rate_text(4_GB, 0s), "-");
}

TEST(DurationText, PicksTheUnitThatReadsBest) {
  EXPECT_EQ(duration_text(850ns), "850 ns");
  EXPECT_EQ(duration_text(3210us), "3.21 ms");
  EXPECT_EQ(duration_text(1200ms), "1.20 s");
  EXPECT_EQ(duration_text(999'999ns), "1.00 ms");
  EXPECT_EQ(duration_text(99'999us), "100.0 ms");
  EXPECT_EQ(duration_text(119s), "119 s");
  EXPECT_EQ(duration_text(725s), "12 min 5 s");
}

}  // namespace
}  // namespace spillway
