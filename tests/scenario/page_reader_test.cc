// SPDX-License-Identifier: Apache-2.0
#include "scenario/page_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway::scenario {
namespace {

using testing::HasSubstr;

TEST(PageReader, WhatFailsIsToldByThePage) {
  const analysis::CapturedPage refused =
      read_page("http://127.0.0.1:1/metrics", std::chrono::seconds(5));
  EXPECT_FALSE(refused.success);
  EXPECT_THAT(refused.error, HasSubstr("Connection refused"));
  EXPECT_THAT(read_page("ftp://x", std::chrono::seconds(5)).error, HasSubstr("ftp"));
}

TEST(PageReader, NoUrlIsNoFailure) {
  const analysis::CapturedPage page = read_page("", std::chrono::seconds(5));
  EXPECT_TRUE(page.skipped);
  EXPECT_EQ(page.error, "");
}

}  // namespace
}  // namespace spillway::scenario
