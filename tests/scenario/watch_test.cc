// SPDX-License-Identifier: Apache-2.0
#include "scenario/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "scenario/drive_settings.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

class WatchTest : public testing::Test {
 protected:
  WatchConfig config(const std::vector<std::pair<std::string, std::string>>& given = {}) const {
    Settings settings(watch_settings(), "watch");
    settings.set("run-dir", directory_.file("run"), record::Origin::command_line);
    settings.set("kvbm-cache-dir", directory_.file("cache"), record::Origin::command_line);
    for (const auto& [name, value] : given) {
      settings.set(name, value, record::Origin::command_line);
    }
    return watch_config(settings);
  }

  TemporaryDirectory directory_;
};

TEST_F(WatchTest, WindowsAreNamedAndFollowEachOther) {
  std::filesystem::create_directory(directory_.file("cache"));
  Watch watch(config());
  directory_.write("cache/blocks", "12345");
  watch.snapshot("fill");
  watch.snapshot("fill");
  std::filesystem::remove(directory_.file("cache/blocks"));
  watch.finish("stop");
  const analysis::WatchRun& run = watch.run();
  ASSERT_EQ(run.windows.size(), 3U);
  EXPECT_EQ(run.windows[0].cache_directory->appeared.bytes, 5U);
  EXPECT_EQ(run.windows[1].label, "fill-2");
  EXPECT_EQ(run.windows[1].cache_directory->appeared.files, 0U);
  EXPECT_EQ(run.windows[1].before.taken, run.windows[0].after.taken);
  EXPECT_EQ(run.windows[2].cache_directory->vanished.bytes, 5U);
  EXPECT_FALSE(run.windows[0].after.memory.values.empty());
  EXPECT_TRUE(run.cadence);
  for (const char* const name : {"device_metadata_pre.json", "device_metadata_post.json",
                                 "telemetry/host.jsonl", "telemetry/telemetry_report.json"}) {
    EXPECT_TRUE(std::filesystem::exists(directory_.file("run/" + std::string(name)))) << name;
  }
}

TEST_F(WatchTest, AnExistingDirectoryIsLeftAlone) {
  std::filesystem::create_directory(directory_.file("run"));
  EXPECT_THAT([&] { Watch watch(config()); }, ThrowsMessage<Error>(HasSubstr("--run-dir")));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.file("run")));
}

TEST_F(WatchTest, RefusesWhatWouldDoNothing) {
  EXPECT_THAT([&] { config({{"io-attrib-interval-s", "2"}}); },
              ThrowsMessage<Error>(HasSubstr("--io-attrib")));
  EXPECT_THAT([&] { config({{"telemetry-pid", "1"}}); },
              ThrowsMessage<Error>(HasSubstr("--collect-telemetry")));
  EXPECT_THROW(Watch(config({{"worker-proc-pattern", "("}})), Error);
}

TEST_F(WatchTest, ItsSettingsAreThoseOfDriveButForDefaultsOfAStack) {
  const Settings settings(watch_settings(), "watch");
  EXPECT_EQ(settings.text("worker-proc-pattern"), "");
  EXPECT_EQ(settings.text("phase-io-device"), "");
  EXPECT_EQ(settings.number("telemetry-interval-s"), 1);
  EXPECT_EQ(settings.text("nvme-device"), "/dev/nvme0");
}

TEST_F(WatchTest, TheHarnesssVariableNamesTheDrive) {
  Settings settings(watch_settings(), "watch");
  apply_drive_variables({{"BENCH_NVME_DEVICE", "/dev/nvme7"}, {"BENCH_TOKENIZER", "x"}}, settings);
  EXPECT_EQ(settings.text("nvme-device"), "/dev/nvme7");
}

}  // namespace
}  // namespace spillway::scenario
