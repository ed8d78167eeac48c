// SPDX-License-Identifier: Apache-2.0
// Whole runs with known answers, in virtual time and on a real disk.
#include "scenario/bench.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "io/faulty_engine.h"
#include "record/run_json.h"
#include "tests/workload/traces.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const std::string kSource = SPILLWAY_SOURCE_DIR;
const std::string kSessions = kSource + "/scenarios/data/agentic";
const std::string kShort = kSource + "/tests/data/kv-cache-tester";  // 23 requests
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

  // `beside` runs on a thread of its own while the run goes on.
  record::Run run(const Given& given, const std::function<void(Bench&)>& beside = nullptr) {
    Settings settings(bench_settings());
    for (const auto& [name, text] : given) {
      settings.set(name, text, record::Origin::command_line);
    }
    BenchConfig config = bench_config(settings);
    config.storage_faults = std::move(faults_);
    Bench bench(std::move(config), settings);
    std::jthread other;
    if (beside) other = std::jthread([&] { beside(bench); });
    record::Run run = bench.run(root_ + "/requests.jsonl");
    record::grade(run);
    return run;
  }

  record::Run run_virtually(const std::string& trace, Given given) {
    given.insert(given.begin(), {{"trace", trace}, {"clock", "virtual"}});
    return run(given);
  }

  // Small blocks (32 KiB and some), little compute.
  record::Run run_for_real(Given given, const std::function<void(Bench&)>& beside = nullptr) {
    const Given base = {{"trace", kShort},
                        {"model", "tiny-1b"},
                        {"length-scale", "0.0312"},
                        {"cache-dir", cache()},
                        {"prefill-tokens-per-s", "0"},
                        {"verify", "all"},
                        {"storage-capacity-gb", "64MiB"}};
    given.insert(given.begin(), base.begin(), base.end());
    return run(given, beside);
  }

  record::Run run_with_faults(io::FaultRule faults) {
    faults_ = std::move(faults);
    record::Run run = run_for_real({});
    fs::remove(root_ + "/requests.jsonl");
    return run;
  }

  std::string root_;
  io::FaultRule faults_;  // of the next run
};

const record::TierCounters& storage_of(const record::Run& run) {
  return run.observed.tier(TierId::storage);
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

// Counted from the ids as they stand in the files, without the code that makes plans and keys.
TEST_F(BenchTest, ExcerptsHitAsOftenAsAnIndependentCountSays) {
  const std::vector<std::vector<std::string>> traces = {
      {workload::excerpt("mooncake/conversation_head.jsonl")},
      {workload::excerpt("kv-cache-tester/trace_0165.json")},
      {workload::excerpt("kv-cache-tester/trace_0165.json"),
       workload::excerpt("kv-cache-tester/trace_0251.json"),
       workload::excerpt("kv-cache-tester/trace_0277_cut.json")}};
  for (const std::vector<std::string>& files : traces) {
    const std::string trace =
        files.size() == 1 ? files.front() : workload::excerpt("kv-cache-tester");
    const workload::Reuse counted = workload::raw_reuse_of(files);
    const record::Run run = run_virtually(
        trace, {{"cpu-mem-gb", "unlimited"}, {"concurrency", "1"}, {"decode-ms-per-token", "10"}});
    EXPECT_GT(counted.leading_hits, 0U);
    EXPECT_EQ(run.observed.reuse.blocks_asked, counted.references) << trace;
    EXPECT_EQ(run.observed.reuse.hits(), counted.leading_hits) << trace;
  }
}

// What the index reserves follows from the plan: an exabyte of blocks has no memory.
TEST_F(BenchTest, VirtualCapacityCostsNoMemory) {
  const record::Run run =
      run_virtually(workload::excerpt("mooncake"), {{"cpu-mem-gb", "200TiB"},
                                                    {"gpu-mem-gb", "100TiB"},
                                                    {"model", "tiny-1b"},
                                                    {"storage-capacity-gb", "900TiB"},
                                                    {"length-scale", "0.0001"},
                                                    {"concurrency", "1"}});
  EXPECT_EQ(run.observed.requests.completed, 40U);
  EXPECT_EQ(run.observed.reuse.hits(), 39U);
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
  for (const double share : {0.5, 0.95, 0.99}) {
    EXPECT_NEAR(static_cast<double>(storage.read.latency.quantile(share)), 5e6, 5e6 * 0.004);
  }
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
  const Given virtual_two = {{"shards", "2"}, {"model", "tiny-1b"}, {"length-scale", "0.0312"}};
  const Given virtual_one(virtual_two.begin() + 1, virtual_two.end());
  const std::string hash = run_virtually(kShort, virtual_two).plan.hash;
  EXPECT_EQ(run_virtually(kShort, virtual_one).plan.hash, hash);
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
    run.created.clear();
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
  const record::TierCounters& gpu = run.observed.tier(TierId::gpu);
  const record::TierCounters& cpu = run.observed.tier(TierId::cpu);
  EXPECT_EQ(gpu.demoted_bytes + cpu.demoted_bytes, cpu.demoted_in_bytes + storage.demoted_in_bytes);
  EXPECT_EQ(cpu.write.bytes, cpu.stored_bytes + cpu.demoted_in_bytes);
  EXPECT_LE(storage.peak_bytes, storage.capacity_bytes);
}

TEST_F(BenchTest, APromotedBlockMovesUpAndIsCountedThere) {
  const Given tiers = {{"cpu-mem-gb", "8"}, {"storage-capacity-gb", "64"}, {"concurrency", "1"}};
  const auto hits = [](const record::Run& run, TierId tier) {
    return run.observed.reuse.blocks_hit.at(index_of(tier));
  };
  const record::Run off = run_virtually(kSessions, tiers);
  Given promoting = tiers;
  promoting.emplace_back("promote", "on");
  const record::Run on = run_virtually(kSessions, promoting);
  const record::TierCounters& cpu = on.observed.tier(TierId::cpu);
  EXPECT_EQ(off.observed.tier(TierId::cpu).promotions, 0U);
  EXPECT_GT(cpu.promotions, 100U);
  EXPECT_EQ(cpu.write.bytes, cpu.stored_bytes + cpu.promoted_bytes);
  EXPECT_GT(hits(on, TierId::cpu), hits(off, TierId::cpu));
}

// With nothing that takes time, each of the 40 requests is answered when it is due: the last at
// 12.000 s, ten of them at 0, sixteen at 3.000 s.
TEST_F(BenchTest, AnOpenLoopSendsByTheTracesTimes) {
  Given given = {{"arrival", "trace"},
                 {"prefill-tokens-per-s", "0"},
                 {"storage-read-gb-per-s", "0"},
                 {"storage-write-gb-per-s", "0"},
                 {"storage-read-latency-us", "0"},
                 {"storage-write-latency-us", "0"}};
  const record::Run run = run_virtually(workload::excerpt("mooncake"), given);
  EXPECT_EQ(run.observed.requests.completed, 40U);
  EXPECT_EQ(run.observed.requests.late, 0U);
  EXPECT_EQ(run.window.end_ns, 12'000'000'000);
  EXPECT_EQ(run.observed.completed.end_to_end.max(), 0);
  given.emplace_back("time-scale", "0.5");
  given.emplace_back("warm-up", "1");
  const record::Run scaled = run_virtually(workload::excerpt("mooncake"), given);
  EXPECT_EQ(scaled.window.end_ns, 6'000'000'000);
  EXPECT_EQ(scaled.window.start_ns, 1'000'000'000);
  EXPECT_EQ(scaled.observed.requests.warm_up, 10U);
  EXPECT_EQ(scaled.observed.requests.completed, 30U);
}

// All due at 0 and one at a time: answers of one token, 100 ms each.
TEST_F(BenchTest, ALateRequestCountsItsLateness) {
  const record::Run run =
      run_virtually(workload::excerpt("mooncake"), {{"arrival", "trace"},
                                                    {"time-scale", "0"},
                                                    {"concurrency", "1"},
                                                    {"max-requests", "10"},
                                                    {"length-scale", "0.0001"},
                                                    {"prefill-tokens-per-s", "0"},
                                                    {"decode-ms-per-token", "100"},
                                                    {"storage-write-latency-us", "0"},
                                                    {"storage-read-latency-us", "0"},
                                                    {"storage-write-gb-per-s", "0"},
                                                    {"storage-read-gb-per-s", "0"}});
  EXPECT_EQ(run.observed.requests.completed, 10U);
  EXPECT_EQ(run.observed.requests.late, 9U);
  const stats::Histogram& lateness = run.observed.completed.lateness;
  EXPECT_EQ(lateness.max(), 900'000'000);
  EXPECT_EQ(run.observed.completed.end_to_end.max(), 1'000'000'000);
}

TEST_F(BenchTest, ADurationEndsTheWindowAndAbandonsWhatRan) {
  const record::Run run = run_virtually(
      kSessions, {{"duration", "50.5"}, {"warm-up", "20"}, {"decode-ms-per-token", "5"}});
  EXPECT_EQ(run.window.start_ns, 20'000'000'000);
  EXPECT_EQ(run.window.end_ns, 70'500'000'000);
  EXPECT_GT(run.observed.requests.completed, 0U);
  EXPECT_EQ(run.observed.requests.abandoned, 1U);
  EXPECT_LT(run.observed.requests.offered, run.plan.requests);
}

TEST_F(BenchTest, AMiddleTierThatIsOffDoesNotFreezeTheOneAbove) {
  const record::Run run =
      run_virtually(kSessions, {{"gpu-mem-gb", "8"}, {"storage-capacity-gb", "64"}});
  EXPECT_GT(run.observed.tier(TierId::gpu).demotions, 1000U);
  EXPECT_EQ(storage_of(run).demotions_in, run.observed.tier(TierId::gpu).demotions);
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
      EXPECT_EQ(run.observed.requests.completed, 23U);
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
  EXPECT_NEAR(static_cast<double>(*run.proof.process_write_bytes), written, written * 0.02 + 4e6);
}

// The shards' work is unlike: the proof lasts until the last one is done.
TEST_F(BenchTest, TheProofCoversEveryShard) {
  for (const char* const engine : {"uring", "threads"}) {
    const record::Run run = run_for_real(
        {{"shards", "2"}, {"num-users", "3"}, {"io-engine", engine}, {"storage-layout", "files"}});
    ASSERT_TRUE(run.proof.process_write_bytes.has_value());
    const auto read = static_cast<double>(run.proof.logical_read_bytes);
    const auto written = static_cast<double>(run.proof.logical_write_bytes);
    EXPECT_NEAR(static_cast<double>(*run.proof.process_read_bytes), read, read * 0.02) << engine;
    EXPECT_NEAR(static_cast<double>(*run.proof.process_write_bytes), written, written * 0.02 + 4e6)
        << engine;
  }
}

// Waits for the run to have done something; false when it is over before.
bool wait_until(const Bench& bench, std::uint64_t completed) {
  while (bench.live().completed < completed) {
    if (bench.phase() == Phase::finishing) return false;
    std::this_thread::yield();
  }
  return true;
}

struct FaultCase {
  const char* error;
  io::Direction direction;
  io::Fault fault;
};

// Every second operation of one direction fails: each failure has its class, none is a hit.
TEST_F(BenchTest, FaultsAreCountedByClassAndAreNoHits) {
  using Kind = io::Fault::Kind;
  const std::vector<FaultCase> cases = {
      {.error = "storage.read.corrupt",
       .direction = io::Direction::read,
       .fault = {.kind = Kind::bit_flip}},
      {.error = "storage.read.io_error",
       .direction = io::Direction::read,
       .fault = {.kind = Kind::error, .error_number = EIO}},
      {.error = "storage.read.short_transfer",
       .direction = io::Direction::read,
       .fault = {.kind = Kind::cut}},
      {.error = "storage.write.no_space",
       .direction = io::Direction::write,
       .fault = {.kind = Kind::error, .error_number = ENOSPC}},
  };
  for (const FaultCase& one : cases) {
    SCOPED_TRACE(one.error);
    const record::Run run =
        run_with_faults([&one, count = 0](const io::Operation& operation) mutable {
          const bool faulty = operation.direction == one.direction && ++count % 2 == 0;
          return faulty ? one.fault : io::Fault{};
        });
    EXPECT_EQ(run.observed.requests.completed, 23U);
    const stats::Traffic& read = storage_of(run).read;
    const stats::Traffic& write = storage_of(run).write;
    EXPECT_GT(read.operations, 0U);
    EXPECT_GT(write.operations, 0U);
    ASSERT_TRUE(run.observed.errors.contains(one.error));
    EXPECT_EQ(run.observed.errors.size(), 1U);
    EXPECT_EQ(run.observed.errors.at(one.error).count, read.failed() + write.failed());
    EXPECT_EQ(one.direction == io::Direction::read ? write.failed() : read.failed(), 0U);
    // What was read well behind a damaged block is of no use, either.
    EXPECT_GE(read.operations, run.observed.reuse.hits());
    EXPECT_EQ(read.latency.count(), read.operations);
    EXPECT_FALSE(run.decision_grade());
    EXPECT_EQ(run.observed.verification.corrupted,
              one.fault.kind == Kind::bit_flip ? read.failed() : 0U);
  }
}

// Turns that follow each other without a pause find what the one before is still storing: as many
// hits as one at a time.
TEST_F(BenchTest, TheNextTurnHitsWhatTheOneBeforeIsStoring) {
  const auto hits = [&](const char* concurrency) {
    return run_virtually(kSessions, {{"concurrency", concurrency}, {"prefill-tokens-per-s", "0"}})
        .observed.reuse.hits();
  };
  EXPECT_EQ(hits("32"), hits("1"));
}

TEST_F(BenchTest, AStopFinishesWhatRunsAndKeepsWhatWasMeasured) {
  const record::Run run = run_for_real(
      {{"decode-ms-per-token", "5"}, {"shards", "2"}, {"num-users", "2"}}, [](Bench& bench) {
        if (wait_until(bench, 3)) bench.control().request_stop();
      });
  EXPECT_GE(run.observed.requests.completed, 3U);
  EXPECT_LT(run.observed.requests.completed, run.plan.requests);
  EXPECT_TRUE(fs::is_empty(cache()));
}

TEST_F(BenchTest, WhatSomebodyPutBesideTheBlocksStays) {
  run_for_real({{"decode-ms-per-token", "5"}}, [&](Bench& bench) {
    if (!wait_until(bench, 1)) return;
    for (const fs::directory_entry& ours : fs::directory_iterator(cache())) {
      std::ofstream(ours.path() / "thesis.tex") << "important";
    }
    std::ofstream(cache() + "/beside.txt") << "important, too";
    bench.control().request_stop();
  });
  EXPECT_TRUE(fs::exists(cache() + "/beside.txt"));
  std::size_t theses = 0;
  for (const fs::directory_entry& one : fs::recursive_directory_iterator(cache())) {
    EXPECT_NE(one.path().filename(), "slab");
    if (one.path().filename() == "thesis.tex") ++theses;
  }
  EXPECT_EQ(theses, 1U);
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
