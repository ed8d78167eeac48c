// SPDX-License-Identifier: Apache-2.0
#include "telemetry/device_metadata.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

#include "tests/conformance/recorded_device.h"
#include "tests/telemetry/fake_tree.h"
#include "tests/text/json_match.h"
#include "text/loose_json.h"

namespace spillway::telemetry {
namespace {

using text::JsonValue;
using text::loose_text;
using text::member;

const std::string kCases = SPILLWAY_SOURCE_DIR "/tests/data/conformance/";

std::string difference_from_golden(const record::DeviceMetadata& metadata,
                                   const std::string& name) {
  return text::json_difference(text::parse_json(record::device_metadata_json(metadata), "metadata"),
                               text::read_json(kCases + name + "/golden/return.json"),
                               {"timestamp"});
}

TEST(DeviceMetadata, MeetsTheRecordedAnswersOfAWholeMachineAndOfOneWithoutTools) {
  for (const std::string name : {"case-014", "case-015"}) {
    const JsonValue in = text::read_json(kCases + name + "/input/in.json");
    EXPECT_EQ(difference_from_golden(recorded_metadata(in), name), "") << name;
  }
}

TEST(DeviceMetadata, AFailureOfOursStillGivesTheSchema) {
  const JsonValue in = text::read_json(kCases + "case-016/input/in.json");
  EXPECT_EQ(difference_from_golden(recorded_metadata(in), "case-016"), "");
}

TEST(DeviceMetadata, OfThisMachineIsWholeWhateverToolsItHas) {
  const record::DeviceMetadata found =
      device_metadata({.device_hint = "/dev/nvme0", .cache_directory = "/", .io_device = "nvme0n1"},
                      "post", [](const std::vector<std::string>& command) {
                        return run_command(command, std::chrono::seconds(20));
                      });
  EXPECT_TRUE(found.uname.success) << found.uname.error;
  EXPECT_TRUE(found.os_release_fields.contains("NAME"));
  const JsonValue json = text::parse_json(record::device_metadata_json(found), "metadata");
  EXPECT_EQ(json.at("capture_stage").as_string(), "post");
  EXPECT_EQ(json.at("nvme").at("devices").elements().size(), found.devices.size());
}

// A machine on which nothing answers but what the test adds.
record::DeviceMetadata metadata_of(const record::DeviceTargets& targets,
                                   const NvmeControllers& controllers,
                                   const std::map<std::string, std::string>& answers) {
  return collect_device_metadata(targets, "pre", controllers,
                                 [&](const std::vector<std::string>& command) {
                                   CommandAnswer answer;
                                   const auto found = answers.find(command_text(command));
                                   answer.success = found != answers.end();
                                   if (answer.success) answer.out = found->second;
                                   if (!answer.success) answer.error = kCommandNotFound;
                                   return answer;
                                 });
}

NvmeControllers named(const std::vector<std::string>& names) {
  NvmeControllers controllers;
  for (const std::string& name : names) controllers[name].name = name;
  return controllers;
}

TEST(DeviceMetadata, ThePrimaryHoldsTheCacheDirectory) {
  const record::DeviceTargets targets = {
      .device_hint = "/dev/nvme0", .cache_directory = "/cache", .io_device = "nvme0n1"};
  const std::string source = "findmnt -n -o SOURCE --target /cache";
  const NvmeControllers all = named({"nvme0", "nvme1", "nvme2"});
  EXPECT_EQ(metadata_of(targets, all, {{source, "/dev/nvme2n1p3\n"}}).primary, "nvme2");
  EXPECT_EQ(metadata_of(targets, all,
                        {{source, "/dev/mapper/data\n"},
                         {"lsblk -no PKNAME /dev/mapper/data", "nvme1n1\n"}})
                .primary,
            "nvme1");
  EXPECT_EQ(metadata_of(targets, all, {{source, "tmpfs\n"}}).primary, "nvme0") << "the hint";
}

TEST(DeviceMetadata, WithoutAHintThatExistsTheFirstControllerIsThePrimary) {
  const record::DeviceTargets targets = {
      .device_hint = "/dev/nvme7", .cache_directory = "", .io_device = ""};
  EXPECT_EQ(metadata_of(targets, named({"nvme0", "nvme1"}), {}).primary, "nvme0");
  EXPECT_EQ(metadata_of(targets, named({"nvme3", "nvme5"}), {}).primary, "nvme3");
  EXPECT_EQ(metadata_of(targets, {}, {}).primary, "nvme7") << "no controller but the hint's";
}

TEST(DeviceMetadata, AnAnswerThatIsNoJsonIsOnRecord) {
  const record::DeviceTargets targets = {.device_hint = "", .cache_directory = "", .io_device = ""};
  const record::DeviceMetadata found =
      metadata_of(targets, {}, {{"nvme list -o json", "No devices"}});
  EXPECT_FALSE(found.nvme_list.success);
  EXPECT_FALSE(found.primary);
  EXPECT_EQ(found.errors.front().command, "nvme list -o json");
}

TEST(DeviceMetadata, TheSizeIsThatOfTheListOrElseOfTheBlockDevices) {
  const record::DeviceTargets targets = {
      .device_hint = "/dev/nvme0", .cache_directory = "", .io_device = ""};
  const std::string lsblk =
      "lsblk -J -o NAME,KNAME,PATH,MODEL,SERIAL,SIZE,ROTA,TYPE,MOUNTPOINT,FSTYPE,UUID,PARTUUID";
  NvmeControllers one = named({"nvme0"});
  one["nvme0"].name_space = "/dev/nvme0n1";
  const std::string below =
      R"({"blockdevices": [{"path": "/dev/x", "children": [{"path": "/dev/nvme0n1", "size": "2T"}]}]})";
  EXPECT_EQ(metadata_of(targets, one, {{lsblk, below}}).devices[0].size,
            record::DriveSize(std::string("2T")));
  EXPECT_EQ(metadata_of(targets, one,
                        {{lsblk, below},
                         {"nvme list -o json",
                          R"({"Devices": [{"DevicePath": "/dev/nvme0n1", "PhysicalSize": 7}]})"}})
                .devices[0]
                .size,
            record::DriveSize(std::int64_t{7}));
}

}  // namespace
}  // namespace spillway::telemetry
