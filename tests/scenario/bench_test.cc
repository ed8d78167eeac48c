// SPDX-License-Identifier: Apache-2.0
// Whole runs with known answers, in virtual time and on a real disk.
#include "scenario/bench.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "record/run_json.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;

const std::string kSource = SPILLWAY_SOURCE_DIR;
const std::string kSessions = kSource + "/scenarios/data/agentic";
const std::string kConversation = kSource + "/../shared/data/mooncake/conversation_trace.jsonl";

using Given = std::vector<std::pair<std::string, std::string>>;

class BenchTest : public testing::Test {
 protected:
  BenchTest() : root_(testing::TempDir() + "spillway-bench-XXXXXX") {
    ::mkdtemp(root_.data());
    fs::create_directory(cache());
  }
  ~BenchTest() override { fs::remove_all(root_); }

  std::string cache() const { return root_ + "/cache"; }

  record::Run run(const Given& given) {
    Settings settings(bench_settings());
    for (const auto& [name, text] : given) {
      settings.set(name, text, record::Origin::command_line);
    }
    Bench bench(bench_config(settings), settings);
    record::Run run = bench.run(root_ + "/requests.jsonl");
    record::grade(run);
    return run;
  }

  record::Run run_virtually(const std::string& trace, Given given) {
    given.insert(given.begin(), {{"trace", trace}, {"clock", "virtual"}});
    return run(given);
  }

  // Small blocks (32 KiB and some), little compute.
  record::Run run_for_real(Given given) {
    const Given base = {{"trace", kSessions},       {"model", "tiny-1b"},
                        {"length-scale", "0.0312"}, {"max-requests", "30"},
                        {"cache-dir", cache()},     {"prefill-tokens-per-s", "0"},
                        {"verify", "all"},          {"storage-capacity-gb", "96MiB"}};
    given.insert(given.begin(), base.begin(), base.end());
    return run(given);
  }

  std::string root_;
};

const record::TierCounters& storage_of(const record::Run& run) {
  return run.observed.tier(record::Tier::storage);
}

TEST_F(BenchTest, TheConversationTraceHitsAsOftenAsItsProvenanceSays) {
  if (!fs::exists(kConversation)) GTEST_SKIP() << "the whole trace is not beside the project";
  const record::Run run = run_virtually(
      kConversation,
      {{"cpu-mem-gb", "unlimited"}, {"storage-capacity-gb", "unlimited"}, {"concurrency", "1"}});
  EXPECT_EQ(run.observed.reuse.blocks_asked, 288'500U);
  EXPECT_EQ(run.observed.reuse.hits(), 105'710U);
  EXPECT_EQ(run.observed.requests.completed, 12'031U);
}

TEST_F(BenchTest, AModelledDeviceIsReportedWithItsLatency) {
  const record::Run run = run_virtually(kSessions, {{"storage-read-latency-us", "5000"},
                                                    {"storage-read-gb-per-s", "0"},
                                                    {"storage-write-latency-us", "2000"},
                                                    {"storage-write-gb-per-s", "0"},
                                                    {"concurrency", "1"}});
  const record::TierCounters& storage = storage_of(run);
  ASSERT_GT(storage.read.latency.count(), 1000U);
  EXPECT_EQ(storage.read.latency.min(), 5'000'000);
  EXPECT_EQ(storage.read.latency.max(), 5'000'000);
  EXPECT_NEAR(static_cast<double>(storage.read.latency.quantile(0.99)), 5e6, 5e6 * 0.004);
  EXPECT_EQ(storage.write.latency.max(), 2'000'000);
  EXPECT_TRUE(storage.modelled);
}

TEST_F(BenchTest, AModelledDeviceNeverExceedsItsBandwidth) {
  const record::Run run = run_virtually(kSessions, {{"storage-read-gb-per-s", "1"},
                                                    {"storage-write-gb-per-s", "0.5"},
                                                    {"num-users", "8"},
                                                    {"concurrency", "8"},
                                                    {"prefill-tokens-per-s", "0"}});
  const double seconds = run.window.seconds();
  EXPECT_LE(static_cast<double>(storage_of(run).read.bytes) / seconds, 1e9);
  EXPECT_LE(static_cast<double>(storage_of(run).write.bytes) / seconds, 0.5e9);
  EXPECT_GT(static_cast<double>(storage_of(run).read.bytes) / seconds, 0.5e9);
}

TEST_F(BenchTest, ThePlanIsTheSameOnAnyClockAndNumberOfShards) {
  const Given virtual_two = {
      {"shards", "2"}, {"model", "tiny-1b"}, {"length-scale", "0.0312"}, {"max-requests", "30"}};
  const std::string hash = run_virtually(kSessions, virtual_two).plan.hash;
  EXPECT_EQ(run_for_real({}).plan.hash, hash);
  EXPECT_EQ(run_for_real({{"shards", "2"}}).plan.hash, hash);
  EXPECT_NE(run_for_real({{"num-users", "2"}}).plan.hash, hash);
}

TEST_F(BenchTest, TwoVirtualRunsGiveTheSameRecord) {
  const Given given = {
      {"cpu-mem-gb", "8"}, {"storage-capacity-gb", "64"}, {"num-users", "4"}, {"concurrency", "3"}};
  std::vector<std::string> texts;
  std::vector<std::string> rows;
  for (int i = 0; i < 2; ++i) {
    record::Run run = run_virtually(kSessions, given);
    run.environment.clear();
    run.cost = {};
    texts.push_back(record::to_json(run));
    std::ifstream file(root_ + "/requests.jsonl");
    rows.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    fs::remove(root_ + "/requests.jsonl");
  }
  EXPECT_EQ(texts[0], texts[1]);
  EXPECT_EQ(rows[0], rows[1]);
  EXPECT_GT(rows[0].size(), 1000U);
}

TEST_F(BenchTest, WhatIsWrittenToStorageIsWhatWasStoredAndDemoted) {
  const record::Run run = run_virtually(
      kSessions, {{"gpu-mem-gb", "2"}, {"cpu-mem-gb", "8"}, {"storage-capacity-gb", "32"}});
  const record::TierCounters& storage = storage_of(run);
  EXPECT_GT(storage.demoted_in_bytes, 0U);
  EXPECT_EQ(storage.write.bytes, storage.stored_bytes + storage.demoted_in_bytes);
  EXPECT_EQ(run.observed.tier(record::Tier::cpu).demoted_bytes, storage.demoted_in_bytes);
  EXPECT_LE(storage.peak_bytes, storage.capacity_bytes);
}

TEST_F(BenchTest, AMiddleTierThatIsOffDoesNotFreezeTheOneAbove) {
  const record::Run run =
      run_virtually(kSessions, {{"gpu-mem-gb", "8"}, {"storage-capacity-gb", "64"}});
  EXPECT_GT(run.observed.tier(record::Tier::gpu).demotions, 1000U);
  EXPECT_EQ(storage_of(run).demotions_in, run.observed.tier(record::Tier::gpu).demotions);
}

TEST_F(BenchTest, TiersSmallerThanARequestEndTheRun) {
  const record::Run run = run_virtually(
      kSessions, {{"cpu-mem-gb", "32MiB"}, {"storage-capacity-gb", "64MiB"}, {"num-users", "4"}});
  EXPECT_EQ(run.observed.requests.completed, run.plan.requests);
  EXPECT_GT(run.observed.requests.oversized, 0U);
}

TEST_F(BenchTest, BytesComeBackRightFromEveryLayoutAndEngine) {
  for (const char* const layout : {"slab", "files"}) {
    for (const char* const engine : {"uring", "threads"}) {
      const record::Run run =
          run_for_real({{"storage-layout", layout}, {"io-engine", engine}, {"cpu-mem-gb", "8MiB"}});
      SCOPED_TRACE(std::string(layout) + " " + engine);
      EXPECT_EQ(run.observed.requests.completed, 30U);
      EXPECT_GT(storage_of(run).read.operations, 0U);
      EXPECT_EQ(storage_of(run).read.failed() + storage_of(run).write.failed(), 0U);
      EXPECT_GT(run.observed.verification.blocks, 0U);
      EXPECT_EQ(run.observed.verification.corrupted, 0U);
      EXPECT_EQ(run.proof.direct, true);
      EXPECT_TRUE(fs::is_empty(cache()));
      fs::remove(root_ + "/requests.jsonl");
    }
  }
}

TEST_F(BenchTest, TheDeviceMovesTheBytesThatWereAskedFor) {
  const record::Run run = run_for_real({});
  ASSERT_TRUE(run.proof.process_read_bytes.has_value());
  const auto asked = static_cast<double>(run.proof.logical_read_bytes);
  EXPECT_GT(asked, 10e6);
  EXPECT_NEAR(static_cast<double>(*run.proof.process_read_bytes), asked, asked * 0.02);
  const auto written = static_cast<double>(run.proof.logical_write_bytes);
  EXPECT_NEAR(static_cast<double>(*run.proof.process_write_bytes), written, written * 0.02 + 1e6);
}

TEST_F(BenchTest, TheDefaultCapacityIsResolvedAndRecorded) {
  const record::Run run = run_virtually(kSessions, {});
  const record::Setting* const storage = record::find_setting(run, "storage-capacity-gb");
  ASSERT_NE(storage, nullptr);
  EXPECT_EQ(storage->origin, record::Origin::resolved);
  const record::Setting* const seed = record::find_setting(run, "seed");
  EXPECT_EQ(seed->origin, record::Origin::default_);
}

}  // namespace
}  // namespace spillway::scenario
