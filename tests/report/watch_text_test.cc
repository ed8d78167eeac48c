// SPDX-License-Identifier: Apache-2.0
#include "report/watch_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/json_reader.h"

namespace spillway::report {
namespace {

using testing::HasSubstr;

// One window of two seconds in which the device read 300 bytes.
analysis::WatchRun one_window() {
  analysis::WatchRun run;
  run.command = {"cp", "a"};
  run.ending = "status 0";
  run.block_device = "vda";
  run.command_io = {.read_bytes = 11, .write_bytes = 22};
  run.warnings = {"iostat: not installed"};
  analysis::WatchWindow window;
  window.label = "populate";
  window.after.taken = window.before.taken + std::chrono::seconds(2);
  window.before.block = {.taken = {}, .success = true, .read_bytes = 700};
  window.after.block = {.taken = {}, .success = true, .read_bytes = 1000, .write_bytes = 5};
  window.before.memory.values = {{"Dirty", 4}, {"Gone", 1}};
  window.after.memory.values = {{"Dirty", 9}, {"New", 2}};
  window.cache_directory = record::DirectoryChurn{};
  run.windows.push_back(window);
  return run;
}

TEST(WatchText, WindowsHaveWhatHappenedBetweenTheirReadings) {
  const text::JsonValue json = text::parse_json(watch_json(one_window()), "watch.json");
  EXPECT_EQ(json.at("command").elements()[1].as_string(), "a");
  EXPECT_EQ(json.at("command_io").at("write_bytes").as_uint(), 22U);
  const text::JsonValue& window = json.at("windows").elements()[0];
  EXPECT_EQ(window.at("duration_s").as_double(), 2);
  EXPECT_EQ(window.at("io_delta").at("read_bytes_delta").as_uint(), 300U);
  EXPECT_EQ(window.at("meminfo_kib").members().size(), 1U) << "what both readings have";
  EXPECT_EQ(window.at("meminfo_kib").at("Dirty").at("after").as_uint(), 9U);
  EXPECT_EQ(window.at("cache_directory").at("after").at("files").as_uint(), 0U);
}

TEST(WatchText, WhatWasNotSeenIsNull) {
  analysis::WatchRun run;
  run.windows.emplace_back();
  const text::JsonValue json = text::parse_json(watch_json(run), "watch.json");
  EXPECT_TRUE(json.at("command_io").is_null());
  EXPECT_TRUE(json.at("cadence").is_null());
  EXPECT_TRUE(json.at("windows").elements()[0].at("io_delta").is_null());
  EXPECT_TRUE(json.at("windows").elements()[0].at("cache_directory").is_null());
}

TEST(WatchText, ThePageForPeopleHasARowForEachWindow) {
  const std::string text = watch_text(one_window());
  EXPECT_THAT(text, HasSubstr("# Watched: cp a"));
  EXPECT_THAT(text, HasSubstr("wrote 22 bytes"));
  EXPECT_THAT(text, HasSubstr("| populate | 2.0 | 300 | 5 | - | - |"));
  EXPECT_THAT(text, HasSubstr("Warning: iostat: not installed"));
}

}  // namespace
}  // namespace spillway::report
