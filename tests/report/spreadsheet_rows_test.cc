// SPDX-License-Identifier: Apache-2.0
#include "report/spreadsheet_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/error.h"
#include "tests/record/filled_run.h"

namespace spillway::report {
namespace {

using analysis::Profile;
using record::Value;

const Sheet& named(const std::vector<Sheet>& sheets, std::string_view name) {
  const auto it = std::ranges::find(sheets, name, &Sheet::name);
  if (it == sheets.end()) throw Error("no sheet " + std::string(name));
  return *it;
}

Value cell_of(const Sheet& sheet, std::string_view heading) {
  const auto it = std::ranges::find(sheet.heading, heading);
  if (it == sheet.heading.end()) throw Error("no column " + std::string(heading));
  return sheet.rows.front().at(static_cast<std::size_t>(it - sheet.heading.begin()));
}

TEST(SpreadsheetSheets, BeginWithTheParametersOfTheBenchmark) {
  const std::vector<Sheet> sheets = spreadsheet_sheets(record::filled_run(), Profile::latency);
  ASSERT_EQ(sheets.size(), 4U);
  const Sheet& summary = sheets.front();
  EXPECT_EQ(summary.name, "Summary");
  ASSERT_EQ(summary.rows.size(), 1U);
  EXPECT_EQ(summary.rows.front().size(), summary.heading.size());
  const std::vector<std::string> parameters = {"Timestamp",
                                               "Model",
                                               "Num Users",
                                               "Duration (s)",
                                               "GPU Memory per Card (GiB)",
                                               "Num GPUs",
                                               "Tensor Parallel",
                                               "Total GPU Memory (GiB)",
                                               "CPU Memory (GiB)",
                                               "Generation Mode",
                                               "Performance Profile",
                                               "Multi-turn",
                                               "Prefix Caching",
                                               "RAG Enabled",
                                               "Autoscaling",
                                               "Seed",
                                               "Max Concurrent Allocs",
                                               "Request Rate",
                                               "Max Requests",
                                               "Dataset Path",
                                               "Cache Dir",
                                               "Storage Capacity (GiB)",
                                               "Precondition",
                                               "Precondition Size (GiB)",
                                               "Precondition Threads",
                                               "Trace Speedup",
                                               "Replay Cycles"};
  ASSERT_GT(summary.heading.size(), parameters.size());
  EXPECT_TRUE(std::equal(parameters.begin(), parameters.end(), summary.heading.begin()));
  EXPECT_EQ(named(sheets, "Run Parameters").rows.size(), parameters.size());
  EXPECT_EQ(named(sheets, "Performance Metrics").rows.size(),
            summary.heading.size() - parameters.size());
}

TEST(SpreadsheetSheets, TellSettingsAndMetrics) {
  record::Run run = record::filled_run();
  run.settings.push_back({.name = "gpu-mem-gb", .value = 16.0});
  run.settings.push_back({.name = "num-gpus", .value = std::int64_t{2}});
  run.settings.push_back({.name = "disable-multi-turn", .value = true});
  const std::vector<Sheet> sheets = spreadsheet_sheets(run, Profile::latency);
  const Sheet& summary = sheets.front();
  EXPECT_EQ(cell_of(summary, "Model"), Value(std::string("llama3.1-8b")));
  EXPECT_EQ(cell_of(summary, "Seed"), Value(std::int64_t{42}));
  EXPECT_EQ(cell_of(summary, "Total GPU Memory (GiB)"), Value(32.0));
  EXPECT_EQ(cell_of(summary, "Multi-turn"), Value(false));
  EXPECT_EQ(cell_of(summary, "Dataset Path"), Value());
  EXPECT_EQ(cell_of(summary, "Total Requests"), Value(std::int64_t{2}));
  EXPECT_EQ(cell_of(summary, "Elapsed Time (s)"), Value(10.0));
  EXPECT_EQ(cell_of(summary, "Avg Throughput (tokens/s)"), Value(2.0));
  EXPECT_EQ(cell_of(summary, "E2E Latency Mean (ms)"), Value(19.0));
  EXPECT_EQ(cell_of(summary, "E2E Latency P99.99 (ms)"), Value());
  EXPECT_EQ(cell_of(summary, "Storage Read Total P95 (ms)"), Value(3.0));
  EXPECT_EQ(cell_of(summary, "Storage Write Host P50 (ms)"), Value(0.0));
  EXPECT_EQ(cell_of(summary, "Cache Hit Rate"), Value(0.4));
  EXPECT_EQ(cell_of(summary, "Read/Write Ratio"), Value(1.0));
  EXPECT_EQ(cell_of(summary, "Storage Entries"), Value(std::int64_t{3}));
  EXPECT_EQ(cell_of(summary, "Multi-turn Hit Rate"), Value(0.5));
}

TEST(SpreadsheetSheets, JudgeLevelsOnlyByLatency) {
  const record::Run run = record::filled_run();
  const Sheet judged = named(spreadsheet_sheets(run, Profile::latency), "QoS Metrics");
  ASSERT_EQ(judged.rows.size(), 1U);
  EXPECT_EQ(judged.rows[0][0], Value(std::string("responsive")));
  EXPECT_EQ(judged.rows[0][1], Value(std::int64_t{1}));
  EXPECT_EQ(judged.rows[0][2], Value(19.0));
  EXPECT_EQ(judged.rows[0][4], Value(true));
  EXPECT_EQ(judged.rows[0][5], Value(1.0));
  const Sheet other = named(spreadsheet_sheets(run, Profile::throughput), "QoS Metrics");
  EXPECT_EQ(other.rows[0][4], Value(std::string("N/A (throughput mode)")));
}

}  // namespace
}  // namespace spillway::report
