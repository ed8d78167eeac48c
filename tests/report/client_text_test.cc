// SPDX-License-Identifier: Apache-2.0
#include "report/client_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway::report {
namespace {

using testing::HasSubstr;

TEST(ClientTextTest, CostsLimitsAndErrorsHaveTheirRows) {
  const std::string text = client_text({.cpu_us_per_request = 10,
                                        .cpu_us_per_text = 5.25,
                                        .requests_per_s = 81234.4,
                                        .ttft_error_p50_ms = 0.0714,
                                        .ttft_error_p99_ms = 0.9,
                                        .gap_error_p50_ms = -0.003,
                                        .gap_error_p99_ms = 0.5});
  EXPECT_THAT(text,
              HasSubstr("CPU of each, us                             10.0               5.2"));
  EXPECT_THAT(text, HasSubstr("70000            133333"));
  EXPECT_THAT(text, HasSubstr("81234"));
  EXPECT_THAT(text, HasSubstr("first text (TTFT)                      0.071  0.900"));
  EXPECT_THAT(text, HasSubstr("-0.003"));
  EXPECT_THAT(text, HasSubstr("70 %"));
}

}  // namespace
}  // namespace spillway::report
