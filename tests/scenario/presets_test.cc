// SPDX-License-Identifier: Apache-2.0
#include "scenario/presets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "core/error.h"
#include "scenario/bench_settings.h"

namespace spillway::scenario {
namespace {

std::string_view value_of(const Preset& preset, std::string_view setting) {
  const auto found = std::ranges::find(preset.values, setting, &PresetValue::setting);
  return found == preset.values.end() ? "" : found->text;
}

TEST(Presets, HaveNamesAndPurposesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Preset& preset : presets()) {
    EXPECT_TRUE(names.insert(preset.name).second) << preset.name;
    EXPECT_FALSE(preset.purpose.empty()) << preset.name;
    EXPECT_EQ(preset.purpose.find('\n'), std::string_view::npos) << preset.name;
    EXPECT_EQ(find_preset(preset.name), &preset);
    EXPECT_EQ(value_of(preset, "seed"), "42") << preset.name;
  }
  EXPECT_EQ(names.size(), 11U);
  EXPECT_EQ(find_preset("mlperf-2024"), nullptr);
}

// The table of the 2026 guide: model, users, seconds, RAM, allocations, mode.
TEST(Presets, AreThoseOfTheGuide) {
  struct Row {
    std::string_view name, model, users, cpu, allocs;
  };
  constexpr std::array<Row, 3> kGuide = {{
      {.name = "mlperf-2026-stress-8b",
       .model = "llama3.1-8b",
       .users = "200",
       .cpu = "0",
       .allocs = "16"},
      {.name = "mlperf-2026-throughput-8b",
       .model = "llama3.1-8b",
       .users = "100",
       .cpu = "4",
       .allocs = "0"},
      {.name = "mlperf-2026-stress-70b",
       .model = "llama3.1-70b-instruct",
       .users = "70",
       .cpu = "0",
       .allocs = "4"},
  }};
  for (const Row& row : kGuide) {
    const Preset* const preset = find_preset(row.name);
    ASSERT_NE(preset, nullptr) << row.name;
    EXPECT_EQ(value_of(*preset, "model"), row.model);
    EXPECT_EQ(value_of(*preset, "num-users"), row.users);
    EXPECT_EQ(value_of(*preset, "duration"), "300");
    EXPECT_EQ(value_of(*preset, "gpu-mem-gb"), "0");
    EXPECT_EQ(value_of(*preset, "cpu-mem-gb"), row.cpu);
    EXPECT_EQ(value_of(*preset, "max-concurrent-allocs"), row.allocs);
    EXPECT_EQ(value_of(*preset, "generation-mode"), "none");
  }
}

TEST(Presets, TheOnesToValidateSayWhatToRunBeside) {
  const Preset* const gpu = find_preset("validate-gpu");
  const Preset* const offload = find_preset("validate-offload");
  ASSERT_TRUE(gpu != nullptr && offload != nullptr);
  EXPECT_THAT(gpu->note, testing::HasSubstr("--kv-cache-memory-bytes 25769803776"));  // 24 GiB
  EXPECT_THAT(offload->note, testing::HasSubstr("--kv-cache-memory-bytes 8589934592"));
  EXPECT_THAT(offload->note, testing::HasSubstr("--kv-offloading-size 32"));
}

const std::array<Setting, 2> kTable = {{
    {.name = "num-users",
     .kind = Kind::integer,
     .initial = "1",
     .group = "",
     .help = "",
     .low = 1,
     .high = 100},
    {.name = "seed",
     .kind = Kind::integer,
     .initial = "1",
     .group = "",
     .help = "",
     .low = 1,
     .high = 100},
}};

TEST(Presets, RefuseNamesThatThereAreNot) {
  Settings settings(kTable);
  EXPECT_THAT([&] { apply_preset("mlperf", settings); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("mlperf-2026-stress-8b")));
}

TEST(Presets, RefuseSettingsThatTheTableLacks) {
  Settings settings(kTable);
  EXPECT_THAT([&] { apply_preset("mlperf-2026-stress-8b", settings); },
              testing::ThrowsMessage<Error>(testing::AllOf(
                  testing::HasSubstr("preset mlperf-2026-stress-8b: model: there is no such"),
                  testing::HasSubstr("num-users: expected a whole number from 1 to 100"))));
}

TEST(Presets, AllApplyToTheBenchmark) {
  if (Settings(bench_settings()).find("performance-profile") == nullptr) {
    GTEST_SKIP() << "the benchmark has no --performance-profile";
  }
  for (const Preset& preset : presets()) {
    Settings settings(bench_settings());
    EXPECT_NO_THROW(apply_preset(preset.name, settings)) << preset.name;
    for (const PresetValue& value : preset.values) {
      EXPECT_EQ(settings.text(value.setting), value.text) << preset.name;
    }
  }
}

}  // namespace
}  // namespace spillway::scenario
