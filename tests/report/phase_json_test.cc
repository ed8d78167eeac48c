// SPDX-License-Identifier: Apache-2.0
#include "report/phase_json.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/conformance/recorded_summaries.h"
#include "tests/text/json_match.h"

namespace spillway::report {
namespace {

const std::string kCases = SPILLWAY_SOURCE_DIR "/tests/data/conformance/";

text::JsonValue file_of(const char* which, const char* file) {
  return text::read_json(kCases + which + "/" + file);
}

TEST(PhaseJsonTest, FiguresAreThoseOfTheRecordedCases) {
  for (const char* const which : {"case-063", "case-064"}) {
    const text::JsonValue ours =
        text::parse_json(phase_summary_of(file_of(which, "input/in.json")), "ours");
    EXPECT_EQ(text::json_difference(ours, file_of(which, "golden/return.json")), "") << which;
  }
}

TEST(PhaseJsonTest, VerdictsAreThoseOfTheRecordedCases) {
  for (const char* const which : {"case-067", "case-068"}) {
    const text::JsonValue ours =
        text::parse_json(sanity_verdict_of(file_of(which, "input/in.json")), "ours");
    EXPECT_EQ(text::json_difference(ours, file_of(which, "golden/return.json")), "") << which;
  }
}

TEST(PhaseJsonTest, OursStandsBelowAKeyOfItsOwn) {
  analysis::ServedFigures figures;
  figures.itl_ms =
      analysis::Spread{.min = 1, .p50 = 2, .p90 = 3, .p95 = 4, .p99 = 5, .max = 6, .mean = 2.5};
  figures.by_fault[static_cast<std::size_t>(record::CompletionFault::stall)] = 2;
  figures.by_fault[0] = 9;
  text::JsonWriter json;
  json.begin_object();
  write_served_figures(json, figures);
  json.end_object();
  const text::JsonValue value = text::parse_json(json.text(), "ours");
  const text::JsonValue& served = value.at("served");
  EXPECT_EQ(served.at("itl_ms").at("mean").as_double(), 2.5);
  EXPECT_TRUE(served.at("latency_ms").members().empty());
  ASSERT_EQ(served.at("failures").members().size(), 1U);
  EXPECT_EQ(served.at("failures").at("stall").as_uint(), 2U);
}

}  // namespace
}  // namespace spillway::report
