// SPDX-License-Identifier: Apache-2.0
#include "analysis/figures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/record/filled_run.h"

namespace spillway::analysis {
namespace {

std::optional<double> value_of(std::string_view name, const record::Run& run) {
  const auto found = std::ranges::find(figures(), name, &Figure::name);
  EXPECT_NE(found, figures().end()) << name;
  return found->of(run);
}

TEST(Figures, AreThoseOfTheRecord) {
  const record::Run run = record::filled_run();
  EXPECT_EQ(value_of("requests", run), 2);
  EXPECT_EQ(value_of("request_rate", run), 0.2);
  EXPECT_EQ(value_of("hit_ratio", run), 0.4);
  const auto& read = run.observed.tier(TierId::storage).read;
  EXPECT_EQ(value_of("storage_read", run), static_cast<double>(read.bytes) / 1e9);
  EXPECT_DOUBLE_EQ(value_of("storage_read_rate", run).value_or(0),
                   static_cast<double>(read.bytes) / 1e10);
}

TEST(Figures, AreAbsentWhereTheRunHasNone) {
  const record::Run empty;
  EXPECT_FALSE(value_of("ttft_p95", empty));
  EXPECT_FALSE(value_of("hit_ratio", empty));
  EXPECT_FALSE(value_of("storage_read", empty));
  EXPECT_FALSE(value_of("users_found", empty));
}

TEST(Figures, AreDefinedInTheDocuments) {
  std::ifstream file(SPILLWAY_SOURCE_DIR "/docs/metrics.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Figure& figure : figures()) {
    const std::string row = "| `" + std::string(figure.name) + "` | " + std::string(figure.unit);
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

TEST(Figures, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Figure& figure : figures()) {
    EXPECT_TRUE(names.insert(figure.name).second) << figure.name;
    EXPECT_FALSE(figure.title.empty());
  }
}

}  // namespace
}  // namespace spillway::analysis
