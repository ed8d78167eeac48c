// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "scenario/drive_rows.h"

namespace spillway::scenario {
namespace {

using record::Origin;
using record::Value;

record::Setting found(const std::vector<record::Setting>& all, std::string_view name) {
  return *std::ranges::find(all, name, &record::Setting::name);
}

TEST(DriveFactsTest, WhatTheRunPutInTheirPlaceIsResolved) {
  Settings settings(drive_rows(), "drive");
  settings.set("requests", "3", Origin::command_line);
  settings.set("tier-mode", "B1", Origin::environment);
  DriveConfig config = drive_config(settings, {});
  config.target.base_text = "http://127.0.0.1:4000";
  config.evidence.block_device = "vda";
  analysis::DriveRun run;
  run.model_id = "m";
  const std::vector<record::Setting> all = drive_settings_in_effect(settings, config, run);
  EXPECT_EQ(all.size(), drive_rows().size());
  EXPECT_EQ(found(all, "requests").origin, Origin::command_line);
  EXPECT_EQ(found(all, "tier-mode").origin, Origin::environment);
  EXPECT_EQ(found(all, "kv-mode").value, Value(std::string("cpu_only"))) << "by the tier mode";
  const record::Setting model = found(all, "model-id");
  EXPECT_EQ(model.value, Value(std::string("m")));
  EXPECT_EQ(model.origin, Origin::resolved);
  EXPECT_EQ(model.asked, Value(std::string("auto")));
  EXPECT_EQ(found(all, "base-url").origin, Origin::resolved);
  EXPECT_EQ(found(all, "phase-io-device").value, Value(std::string("vda")));
  EXPECT_EQ(found(all, "seed").origin, Origin::default_);
}

}  // namespace
}  // namespace spillway::scenario
