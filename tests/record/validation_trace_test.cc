// SPDX-License-Identifier: Apache-2.0
#include "record/validation_trace.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::record {
namespace {

ValidationTrace trace_of(std::uint64_t hits, std::uint64_t requests) {
  return {.source = "a.json", .requests = requests, .hits = hits};
}

TEST(ValidationTrace, CountsTheHitsOfItsRequests) {
  const std::string json =
      R"([{"request_id": "a", "phase": "decode", "cache_hit": true, "read_latency_ms": 1.5},
          {"request_id": "b", "cache_hit": false},
          {"request_id": "c", "cache_hit": true, "conversation_id": null}])";
  EXPECT_EQ(parse_validation_trace(json, "a.json"), trace_of(2, 3));
}

TEST(ValidationTrace, IsReadFromAFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("trace.json");
  std::ofstream(path) << R"([{"cache_hit": true}])";
  EXPECT_EQ(read_validation_trace(path),
            (ValidationTrace{.source = path, .requests = 1, .hits = 1}));
}

TEST(ValidationTrace, RefusesWhatIsNone) {
  const auto error = [](const std::string& json) {
    return error_of([&] { parse_validation_trace(json, "a.json"); });
  };
  EXPECT_EQ(error("[]"), "a.json: expected requests, found an empty list");
  EXPECT_NE(error("{}"), "");
  EXPECT_NE(error("[").find("a.json:1"), std::string::npos);
  EXPECT_NE(error("[{}]").find("cache_hit"), std::string::npos);
  EXPECT_NE(error(R"([{"cache_hit": 1}])").find("cache_hit"), std::string::npos);
  EXPECT_NE(error_of([] { read_validation_trace("/none.json"); }).find("/none.json"),
            std::string::npos);
}

// 5 % of 0.6 are 0.03.
TEST(Validation, PassesWithinFivePercentOfTheTrace) {
  const Validation above = validate(trace_of(60, 100), 0.63);
  EXPECT_DOUBLE_EQ(above.trace_hit_ratio, 0.6);
  EXPECT_NEAR(above.error_ratio.value_or(-1), 0.05, 1e-12);
  EXPECT_TRUE(above.passed);
  EXPECT_TRUE(validate(trace_of(60, 100), 0.57).passed);
  EXPECT_FALSE(validate(trace_of(60, 100), 0.631).passed);
  EXPECT_FALSE(validate(trace_of(60, 100), 0.569).passed);
}

TEST(Validation, NothingToCompareIsNoPass) {
  const Validation none = validate(trace_of(60, 100), std::nullopt);
  EXPECT_FALSE(none.passed);
  EXPECT_FALSE(none.error_ratio.has_value());
}

TEST(Validation, WithoutAHitInTheTraceOnlyNoHitPasses) {
  EXPECT_TRUE(validate(trace_of(0, 10), 0.0).passed);
  EXPECT_FALSE(validate(trace_of(0, 10), 0.1).passed);
  EXPECT_FALSE(validate(trace_of(0, 10), 0.1).error_ratio.has_value());
}

}  // namespace
}  // namespace spillway::record
