// SPDX-License-Identifier: Apache-2.0
#include "scenario/load_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using record::Origin;

Setting any_text(std::string_view name) {
  return {.name = name, .kind = Kind::text, .initial = "built-in", .group = "", .help = ""};
}

// What the preset storage-only sets, and more.
std::vector<Setting> settings_table() {
  return {{.name = "preset", .kind = Kind::text, .initial = "", .group = "", .help = ""},
          {.name = "config", .kind = Kind::path, .initial = "", .group = "", .help = ""},
          any_text("trace"),
          any_text("num-users"),
          any_text("duration"),
          any_text("gpu-mem-gb"),
          any_text("cpu-mem-gb"),
          any_text("generation-mode"),
          any_text("seed")};
}

class LoadSettingsTest : public testing::Test {
 protected:
  void put(const std::string& yaml) const { directory_.write("settings.yaml", yaml); }
  void expect(std::string_view setting, std::string_view text, Origin origin) const {
    for (const record::Setting& one : settings_.effective()) {
      if (one.name != setting) continue;
      EXPECT_EQ(one.value, record::Value(std::string(text))) << setting;
      EXPECT_EQ(one.origin, origin) << setting;
    }
  }

  TemporaryDirectory directory_;
  std::string path_ = directory_.file("settings.yaml");
  std::vector<Setting> table_ = settings_table();
  Settings settings_{table_};
};

TEST_F(LoadSettingsTest, TheStrongestSourceWins) {
  put("bench: {duration: file, gpu-mem-gb: file, cpu-mem-gb: file}\n"
      "model_configs: {mine: {}}\n");
  const std::vector<GivenValue> line = {
      {.setting = "cpu-mem-gb", .text = "line"},  // given first: order does not matter
      {.setting = "preset", .text = "storage-only"},
      {.setting = "config", .text = path_}};
  const ConfigFile file = load_settings(
      {{"SPILLWAY_GPU_MEM_GB", "variable"}, {"SPILLWAY_CPU_MEM_GB", "variable"}}, line, settings_);
  expect("trace", "built-in", Origin::default_);
  expect("num-users", "50", Origin::preset);
  expect("duration", "file", Origin::file);
  expect("gpu-mem-gb", "variable", Origin::environment);
  expect("cpu-mem-gb", "line", Origin::command_line);
  expect("preset", "storage-only", Origin::command_line);
  expect("config", path_, Origin::command_line);
  ASSERT_EQ(file.models.size(), 1U);
  EXPECT_EQ(file.models[0].name, "mine");
}

TEST_F(LoadSettingsTest, TheEnvironmentMayChoosePresetAndFile) {
  put("bench: {trace: file}\n");
  load_settings({{"SPILLWAY_PRESET", "storage-only"}, {"SPILLWAY_CONFIG", path_}}, {}, settings_);
  expect("num-users", "50", Origin::preset);
  expect("trace", "file", Origin::file);
  expect("preset", "storage-only", Origin::environment);
}

TEST_F(LoadSettingsTest, TheCommandLineChoosesBeforeTheEnvironment) {
  const std::vector<GivenValue> line = {{.setting = "preset", .text = "cpu-storage"}};
  load_settings({{"SPILLWAY_PRESET", "storage-only"}}, line, settings_);
  expect("num-users", "300", Origin::preset);
  expect("preset", "cpu-storage", Origin::command_line);
}

TEST_F(LoadSettingsTest, FaultsOfAllSourcesComeInOneError) {
  put("bench: {durations: 3}\n");
  const std::vector<GivenValue> line = {{.setting = "config", .text = path_},
                                        {.setting = "preset", .text = "production"},
                                        {.setting = "trace", .text = ""}};
  table_.pop_back();  // the preset's seed
  Settings settings{table_};
  EXPECT_THAT(
      [&] { load_settings({{"SPILLWAY_SEEDS", "1"}}, line, settings); },
      testing::ThrowsMessage<Error>(testing::AllOf(
          testing::HasSubstr("preset production: seed"), testing::HasSubstr("bench.durations"),
          testing::HasSubstr("SPILLWAY_SEEDS"), testing::HasSubstr("--trace"))));
}

}  // namespace
}  // namespace spillway::scenario
