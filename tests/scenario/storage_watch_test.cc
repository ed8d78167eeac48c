// SPDX-License-Identifier: Apache-2.0
#include "scenario/storage_watch.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/size_text.h"
#include "io/file.h"

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
  const SharedTiers tiers(tier_config(config), 1_MiB);
  StorageWatch watch(config, tiers);
  watch.open();
  watch.close();
  record::Run run;
  run.observed.tier(TierId::storage).read.add(4096, 1);
  watch.fill(run);
  EXPECT_EQ(run.proof.logical_read_bytes, 4096U);
  EXPECT_FALSE(run.proof.direct.has_value());
  EXPECT_FALSE(run.proof.device_read.has_value());
  EXPECT_NE(run.proof.reason.find("modelled"), std::string::npos);
  EXPECT_TRUE(run.cost.cpu_seconds.has_value());
}

TEST(StorageWatch, OpensWithTheFirstShardAndClosesWithTheLast) {
  std::string path = testing::TempDir() + "spillway-watch-XXXXXX";
  BenchConfig config;
  config.cache_dir = ::mkdtemp(path.data());
  config.storage.capacity = 4_MiB;
  {
    const SharedTiers tiers(tier_config(config), 1_MiB);
    StorageWatch watch(config, tiers);
    EXPECT_TRUE(watch.open());
    EXPECT_FALSE(watch.open());
    watch.close();
    const UniqueFd file =
        io::open_file(config.cache_dir + "/written", {.direct = false, .create = true});
    const std::string text(1U << 20U, 'x');
    EXPECT_EQ(::pwrite(file.get(), text.data(), text.size(), 0), ssize_t{1} << 20);
    EXPECT_EQ(::fsync(file.get()), 0);
    watch.close();
    record::Run run;
    watch.fill(run);
    EXPECT_EQ(run.proof.direct, true);
    if (!run.proof.process_write_bytes) GTEST_SKIP() << "/proc/self/io cannot be read";
    EXPECT_GE(*run.proof.process_write_bytes, 1U << 20U);
  }
  std::filesystem::remove_all(config.cache_dir);
}

TEST(StorageWatch, AWindowThatNeverOpenedMeasuredNothing) {
  const BenchConfig config = modelled();
  const SharedTiers tiers(tier_config(config), 1_MiB);
  StorageWatch watch(config, tiers);
  record::Run run;
  watch.fill(run);
  EXPECT_FALSE(run.cost.cpu_seconds.has_value());
  EXPECT_FALSE(run.proof.reason.empty());
}

}  // namespace
}  // namespace spillway::scenario
