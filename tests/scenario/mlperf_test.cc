// SPDX-License-Identifier: Apache-2.0
// The MLPerf benchmark's workload end to end, with answers that are known: what its users were
// told wrongly before (docs/answers.md names these tests).
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "kv/catalogue.h"
#include "kv/model.h"
#include "scenario/bench.h"
#include "text/json_reader.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;
using Given = std::vector<std::pair<std::string, std::string>>;

class MlperfTest : public testing::Test {
 protected:
  MlperfTest() : root_(testing::TempDir() + "spillway-mlperf-XXXXXX") {
    ::mkdtemp(root_.data());
    fs::create_directory(root_ + "/cache");
  }
  ~MlperfTest() override { fs::remove_all(root_); }

  record::Run run(const Given& given) {
    Settings settings(bench_settings());
    for (const auto& [name, text] : given) {
      settings.set(name, text, record::Origin::command_line);
    }
    Bench bench(bench_config(settings), settings);
    fs::remove(rows());
    record::Run run = bench.run(rows());
    record::grade(run);
    return run;
  }

  // Twenty users of a small model for twenty seconds on storage alone, unless told otherwise.
  record::Run run_virtually(Given given) {
    const Given base = {{"clock", "virtual"},       {"model", "tiny-1b"}, {"num-users", "20"},
                        {"gpu-mem-gb", "0"},        {"cpu-mem-gb", "0"},  {"duration", "20"},
                        {"generation-mode", "none"}};
    given.insert(given.begin(), base.begin(), base.end());
    return run(given);
  }

  std::string rows() const { return root_ + "/requests.jsonl"; }

  // The rows of the last run, without what depends on when things happened.
  std::vector<std::string> completed_requests() const {
    std::vector<std::string> all;
    std::ifstream file(rows());
    for (std::string line; std::getline(file, line);) {
      const text::JsonValue row = text::parse_json(line, rows());
      if (row.at("status").as_string() != "completed") continue;
      std::string one;
      for (const char* const name :
           {"request", "user", "turn", "conversation", "input_tokens", "output_tokens"}) {
        one += std::to_string(row.at(name).as_uint()) + " ";
      }
      all.push_back(one + row.at("qos").as_string() + " " + row.at("phase").as_string());
    }
    return all;
  }

  std::string root_;
};

const record::TierCounters& storage_of(const record::Run& run) {
  return run.observed.tier(TierId::storage);
}

TEST_F(MlperfTest, DemotionsAreInTheBytesOfTheTierTheyGoTo) {
  const record::Run without = run_virtually({});
  const record::Run with = run_virtually({{"cpu-mem-gb", "0.25"}});
  const record::TierCounters& storage = storage_of(with);
  EXPECT_GT(storage.demoted_in_bytes, 0U);
  EXPECT_EQ(storage.write.bytes, storage.stored_bytes + storage.demoted_in_bytes);
  EXPECT_GT(storage.write.bytes, with.observed.tier(TierId::cpu).demoted_bytes * 99 / 100);
  EXPECT_EQ(storage_of(without).demoted_in_bytes, 0U);
  EXPECT_GT(storage.write.latency.count(), 0U) << "a demotion has a latency";
}

TEST_F(MlperfTest, AGpuTierWithoutACpuTierMovesItsVictimsToStorage) {
  const record::Run run = run_virtually({{"gpu-mem-gb", "0.25"}});
  EXPECT_GT(run.observed.tier(TierId::gpu).demotions, 0U);
  EXPECT_EQ(storage_of(run).demotions_in, run.observed.tier(TierId::gpu).demotions);
  EXPECT_GT(run.observed.tier(TierId::gpu).stores, 20U) << "its content does not freeze";
}

// Everybody always has something to send, so the drive is the only limit.
TEST_F(MlperfTest, StorageBandwidthFollowsTheDrive) {
  const auto bytes_per_second = [&](const char* rate) {
    const record::Run run = run_virtually({{"think-scale", "0"},
                                           {"duration", "300"},
                                           {"storage-read-gb-per-s", rate},
                                           {"storage-write-gb-per-s", rate}});
    return static_cast<double>(storage_of(run).read.bytes + storage_of(run).write.bytes) /
           run.window.seconds();
  };
  const double fast = bytes_per_second("14");
  const double slow = bytes_per_second("3");
  EXPECT_NEAR(fast / slow, 14.0 / 3, 14.0 / 3 * 0.05);
}

TEST_F(MlperfTest, AModelledLatencyIsReportedAsItIs) {
  const record::Run run = run_virtually({{"num-users", "1"},
                                         {"storage-read-gb-per-s", "0"},
                                         {"storage-write-gb-per-s", "0"},
                                         {"storage-read-latency-us", "9740"},
                                         {"storage-write-latency-us", "4000"}});
  EXPECT_NEAR(static_cast<double>(storage_of(run).read.latency.max()), 9.74e6, 9.74e6 * 0.01);
  EXPECT_NEAR(static_cast<double>(storage_of(run).write.latency.max()), 4e6, 4e6 * 0.01);
  EXPECT_NEAR(static_cast<double>(run.observed.entries.write.min()), 4e6, 4e6 * 0.01);
}

// One place, users who do not wait for answers: interactive goes first, batch hardly ever.
TEST_F(MlperfTest, StrictPriorityInOverloadShowsBatchAsAbandonedNotAsFast) {
  const record::Run run = run_virtually({{"arrival", "users"},
                                         {"num-users", "60"},
                                         {"concurrency", "1"},
                                         {"storage-read-gb-per-s", "3"},
                                         {"storage-write-gb-per-s", "3"}});
  const record::ClassFigures& batch = run.observed.of(Qos::batch);
  const record::ClassFigures& interactive = run.observed.of(Qos::interactive);
  EXPECT_EQ(batch.requests.offered, batch.requests.completed + batch.requests.abandoned);
  EXPECT_GT(batch.requests.abandoned, batch.requests.offered * 9 / 10);
  EXPECT_LT(batch.admitted, batch.requests.offered / 10);
  EXPECT_GT(interactive.requests.completed * batch.requests.offered,
            10 * batch.requests.completed * interactive.requests.offered);
  std::uint64_t offered = 0;
  for (const Qos qos : kAllQos) offered += run.observed.of(qos).requests.offered;
  EXPECT_EQ(offered, run.observed.requests.offered) << "every class is counted, served or not";
}

TEST_F(MlperfTest, FiveHundredRequestsAreFiveHundred) {
  const record::Run run =
      run_virtually({{"num-users", "50"}, {"max-requests", "500"}, {"duration", "86400"}});
  EXPECT_EQ(run.observed.requests.completed, 500U);
  EXPECT_EQ(completed_requests().size(), 500U);
}

TEST_F(MlperfTest, ALimitOfRequestsIsNotCutByADurationThatNobodyGave) {
  Settings settings(bench_settings());
  settings.set("max-requests", "500", record::Origin::command_line);
  EXPECT_FALSE(bench_config(settings).driver.duration.has_value());
  Settings plain(bench_settings());
  EXPECT_EQ(bench_config(plain).driver.duration, std::chrono::seconds(60));
}

TEST_F(MlperfTest, ThePlanIsTheSameOnAnyNumberOfShards) {
  std::set<std::string> hashes;
  std::set<std::vector<std::string>> lists;
  for (const char* const shards : {"1", "2", "4"}) {
    hashes.insert(
        run_virtually({{"shards", shards}, {"max-requests", "300"}, {"duration", "86400"}})
            .plan.hash);
    lists.insert(completed_requests());
  }
  EXPECT_EQ(hashes.size(), 1U);
  EXPECT_EQ(lists.size(), 1U);
  EXPECT_FALSE(hashes.contains(run_virtually({{"seed", "43"}, {"max-requests", "300"}}).plan.hash));
}

TEST_F(MlperfTest, ThreeRealRunsCompleteTheSameRequests) {
  std::set<std::vector<std::string>> lists;
  for (int i = 0; i < 3; ++i) {
    const record::Run run = this->run({{"model", "tiny-1b"},
                                       {"num-users", "2"},
                                       {"max-requests", "6"},
                                       {"think-scale", "0"},
                                       {"gpu-mem-gb", "0"},
                                       {"cpu-mem-gb", "0"},
                                       {"generation-mode", "none"},
                                       {"cache-dir", root_ + "/cache"},
                                       {"storage-capacity-gb", "1"}});
    EXPECT_EQ(run.observed.requests.completed, 6U);
    lists.insert(completed_requests());
  }
  EXPECT_EQ(lists.size(), 1U);
}

TEST_F(MlperfTest, NoTurnStartsBeforeTheTurnBeforeItHasEnded) {
  run_virtually({{"arrival", "users"}, {"concurrency", "8"}});
  std::map<std::uint64_t, std::pair<std::uint64_t, std::int64_t>> last;  // turn, done
  std::ifstream file(rows());
  std::size_t checked = 0;
  for (std::string line; std::getline(file, line);) {
    const text::JsonValue row = text::parse_json(line, rows());
    const std::uint64_t conversation = row.at("conversation").as_uint();
    if (conversation == 0 || row.at("status").as_string() != "completed") continue;
    const auto before = last.find(conversation);
    if (before != last.end()) {
      EXPECT_GT(row.at("turn").as_uint(), before->second.first);
      EXPECT_GE(row.at("started_ns").as_int(), before->second.second);
      ++checked;
    }
    last[conversation] = {row.at("turn").as_uint(), row.at("done_ns").as_int()};
  }
  EXPECT_GT(checked, 100U);
}

TEST_F(MlperfTest, HistoryIsFoundWhereNothingWasEvicted) {
  const record::Run run = run_virtually({});
  const auto history = index_of(record::ReuseKind::history);
  EXPECT_GT(run.observed.entries.asked.at(history), 100U);
  EXPECT_EQ(run.observed.entries.hit.at(history), run.observed.entries.asked.at(history));
  EXPECT_GT(run.observed.entries.decode_reads, run.observed.requests.completed)
      << "reads of decode are counted, and not as reuse";
}

TEST_F(MlperfTest, EveryRequestSharesAPromptAndAllButTheFirstHitIt) {
  const record::Run run = run_virtually({{"prefix-cache-system-prompt-hit-probability", "1"}});
  const auto system = index_of(record::ReuseKind::system_prompt);
  EXPECT_EQ(run.observed.entries.asked.at(system), run.observed.requests.offered);
  EXPECT_GT(run.observed.entries.asked.at(system), 200U);
  const std::uint64_t missed =
      run.observed.entries.asked.at(system) - run.observed.entries.hit.at(system);
  EXPECT_LE(missed, 3U + 20U) << "three texts, and whoever asked while they were being stored";
}

TEST_F(MlperfTest, AnEntryHasTheBytesOfItsElementType) {
  const std::string requests = root_ + "/one.jsonl";
  std::ofstream(requests) << R"({"context_tokens":1000,"generate_tokens":1})";
  const std::string model = root_ + "/config.json";
  for (const auto& [type, size] : {std::pair("float16", 2U), std::pair("int8", 1U)}) {
    std::ofstream(model) << R"({"model_type":"llama","num_hidden_layers":4,"hidden_size":1024,)"
                            R"("num_attention_heads":8,"num_key_value_heads":8,"torch_dtype":")"
                         << type << R"("})";
    const record::Run run = this->run({{"requests", requests},
                                       {"model-config", model},
                                       {"gpu-mem-gb", "0"},
                                       {"cpu-mem-gb", "0"},
                                       {"disable-prefix-caching", "on"},
                                       {"cache-dir", root_ + "/cache"},
                                       {"storage-capacity-gb", "256MiB"}});
    EXPECT_EQ(storage_of(run).write.bytes, 1000ULL * 4 * 1024 * 2 * size) << type;
    EXPECT_GE(run.proof.logical_write_bytes, storage_of(run).write.bytes);
    EXPECT_LT(run.proof.logical_write_bytes, storage_of(run).write.bytes + 4096);
  }
}

TEST_F(MlperfTest, QueriesReadTheChunksOfStoredDocuments) {
  const record::Run run = run_virtually({{"enable-rag", "on"}});
  const auto retrieval = index_of(record::ReuseKind::retrieval);
  EXPECT_GT(run.observed.entries.asked.at(retrieval), 50U);
  EXPECT_EQ(run.observed.entries.hit.at(retrieval), run.observed.entries.asked.at(retrieval));
}

// Ten documents of 1024 tokens, of which two stay: what the others took is free when the run
// begins.
TEST_F(MlperfTest, DocumentsBeyondTheMostLeaveTheCacheOldestFirst) {
  const auto peak = [&](const char* most) {
    return storage_of(run_virtually({{"enable-rag", "on"},
                                     {"rag-num-docs", "10"},
                                     {"rag-request-probability", "0"},
                                     {"rag-small-model-doc-tokens-min", "1024"},
                                     {"rag-small-model-doc-tokens-max", "1024"},
                                     {"rag-max-documents", most}}))
        .peak_bytes;
  };
  const Bytes document = kv::bytes_per_token(*kv::find_model("tiny-1b")) * 1024;
  const std::uint64_t all = peak("0");
  EXPECT_EQ(peak("10"), all);
  EXPECT_EQ(all - peak("2"), 8 * document.count());
}

// A kept document's chunks are all there, so its queries hit.
TEST_F(MlperfTest, QueriesOfKeptDocumentsHit) {
  const record::Run run = run_virtually({{"enable-rag", "on"}, {"rag-max-documents", "2"}});
  const auto retrieval = index_of(record::ReuseKind::retrieval);
  EXPECT_GT(run.observed.entries.asked.at(retrieval), 50U);
  EXPECT_EQ(run.observed.entries.hit.at(retrieval), run.observed.entries.asked.at(retrieval));
}

TEST_F(MlperfTest, APrefillNodeGeneratesNothingAndADecodeNodeStoresNothing) {
  const record::Run prefill = run_virtually({{"prefill-only", "on"}});
  EXPECT_GT(prefill.observed.requests.completed, 100U);
  EXPECT_EQ(prefill.observed.requests.output_tokens, 0U);
  EXPECT_EQ(prefill.observed.entries.decode_reads, 0U);
  const record::Run decode = run_virtually({{"decode-only", "on"}});
  EXPECT_GT(decode.observed.entries.decode_reads, 100U);
  EXPECT_EQ(decode.observed.entries.decode_misses, 0U);
  EXPECT_EQ(storage_of(decode).write.bytes, 0U) << "what is there before the run is not counted";
}

TEST_F(MlperfTest, AFasterGenerationModeIsFaster) {
  const auto mean = [&](const char* mode) {
    return run_virtually({{"generation-mode", mode}}).observed.completed.end_to_end.mean();
  };
  const double none = mean("none");
  const double fast = mean("fast");
  const double realistic = mean("realistic");
  EXPECT_LT(none, fast);
  EXPECT_LT(fast, realistic);
  EXPECT_EQ(mean("deterministic"), realistic);
}

TEST_F(MlperfTest, TheEngineModelStoresAnswersAndReadsBlocksOnce) {
  const record::Run run =
      run_virtually({{"request-model", "engine"}, {"prefill-tokens-per-s", "0"}});
  EXPECT_GT(run.observed.requests.completed, 100U);
  EXPECT_EQ(run.observed.entries.decode_reads, 0U);
  EXPECT_GT(run.observed.reuse.hits(), 0U);
}

}  // namespace
}  // namespace spillway::scenario
