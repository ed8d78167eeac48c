// SPDX-License-Identifier: Apache-2.0
#include "record/device_metadata.h"

#include <gtest/gtest.h>

namespace spillway::record {
namespace {

TEST(DeviceMetadataFile, ControllersAreNamedByTheirDevices) {
  EXPECT_EQ(nvme_controller_name("/dev/nvme0"), "nvme0");
  EXPECT_EQ(nvme_controller_name("/dev/nvme12n1p2"), "nvme12");
  EXPECT_EQ(nvme_controller_name("nvme3n1"), "nvme3");
  for (const std::string_view other :
       {"", "/dev/sda", "nvme", "nvmeX", "/dev/nvme-fabrics", "nvme0p1", "/dev/mapper/nvme0"}) {
    EXPECT_FALSE(nvme_controller_name(other)) << other;
  }
}

TEST(DeviceMetadataFile, ALinkIsToldInOneLine) {
  PcieLink link{.speed = "8GT/s", .width = "x2", .max_speed = "16GT/s", .max_width = "x4"};
  EXPECT_EQ(pcie_link_text(link), "8GT/s x2 (max 16GT/s x4)");
  link.max_width.reset();
  EXPECT_EQ(pcie_link_text(link), "8GT/s x2");
  link.speed.reset();
  EXPECT_FALSE(pcie_link_text(link));
}

TEST(DeviceMetadataFile, AFailureHasTheWholeSchema) {
  const DeviceMetadata failed = failed_device_metadata(
      {.device_hint = "/dev/nvme1", .cache_directory = "/cache", .io_device = "nvme1n1"}, "post",
      UtcTime(), std::string(500, 'x'));
  EXPECT_EQ(failed.errors.front().message.size(), kLongestCaptureMessage);
  const text::JsonValue json = text::parse_json(device_metadata_json(failed), "metadata");
  EXPECT_EQ(json.at("primary_nvme_device").as_string(), "/dev/nvme1");
  EXPECT_EQ(json.at("nvme").at("list").at("error").as_string(), "collector_internal_failure");
  EXPECT_TRUE(json.at("primary_storage_summary").at("size").is_null());
}

TEST(DeviceMetadataFile, AQueryIsAFileOfItsOwn) {
  NvmeQuery query;
  query.device = "/dev/nvme0";
  query.subcommand = "id-ctrl";
  EXPECT_FALSE(text::parse_json(nvme_query_json(query), "query").at("success").as_bool());
  NvmeAttempt attempt;
  attempt.command = {"nvme", "id-ctrl", "/dev/nvme0"};
  attempt.format = "normal";
  attempt.success = true;
  query.attempts.push_back(attempt);
  query.payload = "mn : X";
  const text::JsonValue json = text::parse_json(nvme_query_json(query), "query");
  EXPECT_EQ(json.at("payload").as_string(), "mn : X");
  EXPECT_EQ(json.at("format").as_string(), "normal");
}

}  // namespace
}  // namespace spillway::record
