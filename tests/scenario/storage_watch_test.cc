// SPDX-License-Identifier: Apache-2.0
#include "scenario/storage_watch.h"

#include <gtest/gtest.h>

namespace spillway::scenario {
namespace {

BenchConfig modelled() {
  BenchConfig config;
  config.virtual_time = true;
  config.layout = Layout::modelled;
  return config;
}

TEST(StorageWatch, SaysWhyAModelledTierHasNoProof) {
  const BenchConfig config = modelled();
  const SharedTiers tiers(config, 1_MiB);
  StorageWatch watch(config, tiers);
  watch.open();
  watch.close();
  record::Run run;
  run.observed.tier(record::Tier::storage).read.add(4096, 1);
  watch.fill(run);
  EXPECT_EQ(run.proof.logical_read_bytes, 4096U);
  EXPECT_FALSE(run.proof.direct.has_value());
  EXPECT_FALSE(run.proof.device_read.has_value());
  EXPECT_NE(run.proof.reason.find("modelled"), std::string::npos);
  EXPECT_TRUE(run.cost.cpu_seconds.has_value());
}

TEST(StorageWatch, AWindowThatNeverOpenedMeasuredNothing) {
  const BenchConfig config = modelled();
  const SharedTiers tiers(config, 1_MiB);
  StorageWatch watch(config, tiers);
  record::Run run;
  watch.fill(run);
  EXPECT_FALSE(run.cost.cpu_seconds.has_value());
  EXPECT_FALSE(run.proof.reason.empty());
}

}  // namespace
}  // namespace spillway::scenario
