// SPDX-License-Identifier: Apache-2.0
#include "scenario/bench_settings.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/size_text.h"
#include "tests/scenario/bench_config_of.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;

TEST(BenchConfig, HasTheDefaultsOfTheTable) {
  const BenchConfig config = config_of({{"trace", "t"}});
  EXPECT_EQ(config.model.name, "llama3.1-8b");
  EXPECT_EQ(config.workload.trace.users, 1U);
  EXPECT_EQ(config.gpu.capacity, Bytes(0));
  EXPECT_EQ(config.cpu.capacity, Bytes(0));
  EXPECT_EQ(config.storage.capacity, Bytes(0));
  EXPECT_EQ(config.verify, kv::Verify::sample);
  EXPECT_EQ(config.layout, Layout::slab);
  EXPECT_FALSE(config.driver.duration.has_value());
  EXPECT_EQ(config.seed, 42U);
}

TEST(BenchConfig, ReadsEverySetting) {
  const BenchConfig config = config_of({{"trace", "t"},
                                        {"model", "deepseek-v3"},
                                        {"cpu-mem-gb", "1.5"},
                                        {"storage-capacity-gb", "10GB"},
                                        {"duration", "60"},
                                        {"warm-up", "2.5"},
                                        {"max-requests", "7"},
                                        {"io-depth", "16"},
                                        {"io-piece", "512KiB"},
                                        {"decode-ms-per-token", "30"},
                                        {"promote", "on"},
                                        {"shards", "2"}});
  EXPECT_EQ(config.model.kind, kv::AttentionKind::mla);
  EXPECT_EQ(config.cpu.capacity, 1536_MiB);
  EXPECT_EQ(config.storage.capacity, 10_GB);
  EXPECT_EQ(config.driver.duration, 60s);
  EXPECT_EQ(config.driver.warm_up, 2500ms);
  EXPECT_EQ(config.workload.trace.max_requests, 7U);
  EXPECT_EQ(config.io_depth, 16U);
  EXPECT_EQ(config.queue.piece, 512_KiB);
  EXPECT_EQ(config.compute.decode_per_token, 30ms);
  EXPECT_TRUE(config.promote);
  EXPECT_EQ(config.shards, 2U);
}

TEST(BenchConfig, VirtualTimeModelsTheStorage) {
  const BenchConfig config = config_of({{"trace", "t"},
                                        {"clock", "virtual"},
                                        {"storage-read-latency-us", "5000"},
                                        {"arrival", "trace"},
                                        {"time-scale", "0"}});
  EXPECT_EQ(config.layout, Layout::modelled);
  EXPECT_EQ(config.storage.model.read_latency, 5ms);
  EXPECT_EQ(config.driver.arrival, load::Arrival::trace);
  EXPECT_EQ(config.workload.trace.time_scale, 0);
}

// Each would be accepted and do nothing.
TEST(BenchConfig, RefusesWhatWouldHaveNoEffect) {
  const std::vector<std::pair<Given, std::string>> cases = {
      {{{"time-scale", "2"}}, "--time-scale"},
      {{{"arrival", "trace"}, {"num-users", "3"}}, "--num-users"},
      {{{"clock", "virtual"}, {"io-depth", "3"}}, "--io-depth"},
      {{{"clock", "virtual"}, {"buffered", "on"}}, "--buffered"},
      {{{"clock", "virtual"}, {"verify", "all"}}, "--verify"},
      {{{"clock", "virtual"}, {"storage-layout", "slab"}}, "--storage-layout"},
      {{{"storage-layout", "modelled"}, {"io-engine", "threads"}}, "--io-engine"},
      {{{"storage-read-latency-us", "3"}}, "--storage-read-latency-us"},
      {{{"cpu-latency-us", "3"}}, "--cpu-latency-us"},
      {{{"gpu-latency-us", "3"}}, "--gpu-latency-us"},
      {{{"model-config", "c.json"}, {"model", "tiny-1b"}}, "--model"},
  };
  for (const auto& [more, flag] : cases) {
    Given given = {{"trace", "t"}};
    given.insert(given.end(), more.begin(), more.end());
    EXPECT_NE(refusal_of(given).find(flag), std::string::npos) << flag << ": " << refusal_of(given);
  }
}

TEST(BenchConfig, EverySizeMayBeUnlimited) {
  const BenchConfig config = config_of({{"trace", "t"},
                                        {"gpu-mem-gb", "unlimited"},
                                        {"cpu-mem-gb", "unlimited"},
                                        {"storage-capacity-gb", "unlimited"}});
  EXPECT_EQ(config.gpu.capacity, kUnlimited);
  EXPECT_EQ(config.cpu.capacity, kUnlimited);
  EXPECT_EQ(config.storage.capacity, kUnlimited);
}

// A record holds whole numbers as signed ones.
TEST(BenchConfig, ASeedIsRecordedAsItWasGiven) {
  Settings settings(bench_settings());
  EXPECT_THROW(settings.set("seed", "15000000000000000000", record::Origin::command_line), Error);
  settings.set("seed", "9000000000000000000", record::Origin::command_line);
  for (const record::Setting& one : settings.effective()) {
    if (one.name == "seed")
      EXPECT_EQ(one.value, record::Value(std::int64_t{9'000'000'000'000'000'000}));
  }
}

TEST(BenchConfig, RefusesWhatCannotBe) {
  EXPECT_NE(refusal_of({{"trace", "t"}, {"model", "gpt-9"}}).find("gpt-9"), std::string::npos);
  EXPECT_NE(refusal_of({{"trace", "t"}, {"io-piece", "2MiB"}}).find("--io-piece"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"trace", "t"}, {"io-in-flight", "64KiB"}}).find("--io-in-flight"),
            std::string::npos);
  EXPECT_NE(
      refusal_of({{"trace", "t"}, {"shards", "4"}, {"concurrency", "3"}}).find("--concurrency"),
      std::string::npos);
}

}  // namespace
}  // namespace spillway::scenario
