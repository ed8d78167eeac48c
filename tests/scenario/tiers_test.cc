// SPDX-License-Identifier: Apache-2.0
#include "scenario/tiers.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

#include "core/error.h"
#include "core/size_text.h"
#include "telemetry/machine.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;

std::string refusal_of(const TierConfig& config) {
  try {
    const SharedTiers tiers(config, 1_MiB);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

class TiersTest : public testing::Test {
 protected:
  TiersTest() {
    std::string path = testing::TempDir() + "spillway-tiers-XXXXXX";
    config_.cache_dir = ::mkdtemp(path.data());
    config_.storage.capacity = 8_MiB;
  }
  ~TiersTest() override { fs::remove_all(config_.cache_dir); }
  TierConfig config_;
};

TEST_F(TiersTest, TheSlabHasItsSizeAndGoesWithTheTiers) {
  {
    const SharedTiers tiers(config_, 1_MiB);
    EXPECT_EQ(tiers.capacities().back(), 8_MiB);
    EXPECT_FALSE(tiers.is_modelled(TierId::storage));
    EXPECT_EQ(tiers.rooms().front(), nullptr);
    EXPECT_EQ(fs::file_size(tiers.directory() + "/slab"), (8_MiB).count());
  }
  EXPECT_TRUE(fs::is_empty(config_.cache_dir));
}

TEST_F(TiersTest, AMachinesMemoryIsNotUsedUp) {
  const std::optional<std::uint64_t> available = telemetry::machine().memory_available_bytes;
  ASSERT_TRUE(available.has_value());
  config_.cpu.capacity = Bytes(*available / 100 * 92);
  EXPECT_NE(refusal_of(config_).find("--cpu-mem-gb"), std::string::npos);
  config_.cpu.capacity = kUnlimited;
  EXPECT_NE(refusal_of(config_).find("--cpu-mem-gb"), std::string::npos);
}

TEST_F(TiersTest, MoreDiskThanThereIsIsRefused) {
  config_.storage.capacity = 4000_TiB;
  EXPECT_NE(refusal_of(config_).find("--storage-capacity-gb"), std::string::npos);
  config_.storage.capacity = kUnlimited;
  EXPECT_NE(refusal_of(config_).find("--storage-capacity-gb"), std::string::npos);
  EXPECT_TRUE(fs::is_empty(config_.cache_dir));
}

TEST_F(TiersTest, AModelledDeviceInRealTimeNeedsASize) {
  config_.layout = Layout::modelled;
  config_.storage.capacity = Bytes(0);
  EXPECT_NE(refusal_of(config_).find("--storage-capacity-gb"), std::string::npos);
  config_.storage.capacity = kUnlimited;
  EXPECT_EQ(refusal_of(config_), "");
}

TEST_F(TiersTest, WithoutACacheDirectoryAPrivateOneIsMadeAndRemoved) {
  TierConfig config = config_;
  config.cache_dir.clear();
  std::string made;
  {
    const SharedTiers tiers(config, 1_MiB);
    made = fs::path(tiers.directory()).parent_path();
    EXPECT_TRUE(fs::is_directory(made));
  }
  EXPECT_FALSE(fs::exists(made));
}

TEST_F(TiersTest, FilesMayGrowWithoutALimit) {
  config_.storage.capacity = kUnlimited;
  config_.layout = Layout::files;
  const SharedTiers tiers(config_, 1_MiB);
  EXPECT_EQ(tiers.capacities().back(), kUnlimited);
}

TEST_F(TiersTest, WithoutASizeFilesTakeNinetyFivePercentOfWhatIsFree) {
  config_.storage.capacity = Bytes(0);
  config_.layout = Layout::files;
  const SharedTiers tiers(config_, 1_MiB);
  const auto free = static_cast<double>(fs::space(config_.cache_dir).available);
  EXPECT_NEAR(static_cast<double>(tiers.capacities().back().count()), free * 0.95, free * 0.05);
}

TEST_F(TiersTest, VirtualTimeTouchesNoFileAndAnySizeGoes) {
  config_.virtual_time = true;
  config_.layout = Layout::modelled;
  config_.cpu.capacity = 500_TiB;
  config_.storage.capacity = Bytes(0);
  const SharedTiers tiers(config_, 1_MiB);
  EXPECT_EQ(tiers.capacities().back(), kUnlimited);
  EXPECT_TRUE(tiers.is_modelled(TierId::cpu));
  EXPECT_TRUE(tiers.is_modelled(TierId::storage));
  EXPECT_TRUE(fs::is_empty(config_.cache_dir));
}

TEST_F(TiersTest, WithoutAStorageTierThereIsNoDirectory) {
  config_.with_storage = false;
  config_.cpu.capacity = 2_MiB;
  const SharedTiers tiers(config_, 1_MiB);
  EXPECT_EQ(tiers.directory(), "");
  EXPECT_EQ(tiers.capacities().back(), Bytes(0));
  EXPECT_EQ(tiers.rooms().back(), nullptr);
}

TEST_F(TiersTest, AnErrorNamesTheFlagOfWhoeverAsked) {
  config_.storage.capacity = 4000_TiB;
  config_.flags.storage = "--disk-cache-gb";
  EXPECT_EQ(refusal_of(config_).find("--disk-cache-gb: "), 0U);
}

}  // namespace
}  // namespace spillway::scenario
