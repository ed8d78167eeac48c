// SPDX-License-Identifier: Apache-2.0
// Whole runs in virtual time in which the policies differ, by as much as can be counted by hand.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kv/catalogue.h"
#include "kv/model.h"
#include "scenario/bench.h"
#include "tests/workload/traces.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;
using Given = std::vector<std::pair<std::string, std::string>>;

class BenchPolicyTest : public testing::Test {
 protected:
  BenchPolicyTest() : root_(testing::TempDir() + "spillway-policy-XXXXXX") {
    ::mkdtemp(root_.data());
  }
  ~BenchPolicyTest() override { fs::remove_all(root_); }

  std::string write(const std::vector<std::string>& lines) const {
    const std::string path = root_ + "/work.jsonl";
    std::ofstream file(path);
    for (const std::string& line : lines) file << line << '\n';
    return path;
  }

  // One request after the other, on a storage tier of this size alone unless told otherwise.
  record::Run run(std::string_view policy, const std::string& capacity, const Given& given) {
    Settings settings(bench_settings());
    Given all = {{"clock", "virtual"},
                 {"concurrency", "1"},
                 {"storage-capacity-gb", capacity},
                 {"policy", std::string(policy)}};
    all.insert(all.end(), given.begin(), given.end());
    for (const auto& [name, text] : all) settings.set(name, text, record::Origin::command_line);
    Bench bench(bench_config(settings), settings);
    record::Run run = bench.run(root_ + "/requests.jsonl");
    fs::remove(root_ + "/requests.jsonl");
    return run;
  }

  std::string root_;
};

std::string prompt_of(std::uint64_t first, std::uint64_t blocks) {
  std::vector<std::uint64_t> ids(blocks);
  std::iota(ids.begin(), ids.end(), first);
  return workload::mooncake_line(0, ids);
}

// Ten blocks are asked for three times, then 400 others once, then the ten again: 64 MiB a block,
// room for 40. The first questions hit 20 times; at the end there are ten hits, or none.
TEST_F(BenchPolicyTest, AScanAfterAHotSetCostsLruTheSetAndS3FifoNothing) {
  std::vector<std::string> lines(3, prompt_of(0, 10));
  for (std::uint64_t i = 0; i < 40; ++i) lines.push_back(prompt_of(1000 + i * 10, 10));
  lines.push_back(prompt_of(0, 10));
  const std::string trace = write(lines);
  const std::map<std::string_view, std::uint64_t> hits = {
      {"waterfall-lru", 20}, {"spillover", 20}, {"lfu", 30}, {"s3-fifo", 30}, {"size-aware", 20}};
  for (const auto& [policy, expected] : hits) {
    const record::Run seen = run(policy, "2560MiB", {{"trace", trace}, {"num-users", "1"}});
    EXPECT_EQ(seen.observed.reuse.blocks_asked, 440U);
    EXPECT_EQ(seen.observed.reuse.hits(), expected) << policy;
  }
}

// What is hot now, after something that was hot before: LFU keeps the old set in a cache that does
// not hold both, and the new one never gets in.
TEST_F(BenchPolicyTest, LfuKeepsWhatWasHotOnceAndOthersGoWithTheTime) {
  std::vector<std::string> lines(20, prompt_of(0, 36));
  for (std::uint64_t i = 0; i < 20; ++i) {
    lines.push_back(prompt_of(100, 10));
    lines.push_back(prompt_of(1000 + i * 10, 10));
  }
  const std::string trace = write(lines);
  const auto hits = [&](std::string_view policy) {
    return run(policy, "2560MiB", {{"trace", trace}, {"num-users", "1"}}).observed.reuse.hits();
  };
  EXPECT_EQ(hits("waterfall-lru"), 19U * 36 + 19U * 10);
  EXPECT_LT(hits("lfu"), 19U * 36 + 19U * 10);
  EXPECT_GT(hits("size-aware"), hits("lfu"));
}

// Twenty conversations begin with 200 tokens each, then come eight prompts of 5000 tokens, then
// each conversation asks for its first turn again. There is room for 20,000 tokens.
TEST_F(BenchPolicyTest, LargeEntriesCostLruTheSmallOnesAndTheSizeAwarePolicyNothing) {
  std::vector<std::string> lines;
  const auto say = [&](int conversation, int tokens) {
    const std::string talk =
        conversation < 0 ? std::string() : fmt::format(R"("conversation": {}, )", conversation);
    lines.push_back(fmt::format(
        R"({{"user": "ann", {}"context_tokens": {}, "generate_tokens": 10}})", talk, tokens));
  };
  for (int i = 0; i < 20; ++i) say(i, 200);
  for (int i = 0; i < 8; ++i) say(-1, 5000);
  for (int i = 0; i < 20; ++i) say(i, 200);
  const std::string list = write(lines);
  const Bytes room = kv::bytes_per_token(*kv::find_model("tiny-1b")) * 20'000;
  const auto hits = [&](std::string_view policy) {
    const record::Run seen = run(policy, fmt::format("{}KiB", room / 1_KiB),
                                 {{"requests", list},
                                  {"model", "tiny-1b"},
                                  {"gpu-mem-gb", "0"},
                                  {"cpu-mem-gb", "0"},
                                  {"replay-cycles", "1"},
                                  {"disable-prefix-caching", "on"}});
    const auto history = index_of(record::ReuseKind::history);
    EXPECT_EQ(seen.observed.entries.asked.at(history), 20U);
    return seen.observed.entries.hit.at(history);
  };
  EXPECT_EQ(hits("waterfall-lru"), 0U);
  EXPECT_EQ(hits("size-aware"), 20U);
}

// A cpu tier of 4 GiB has 64 blocks, of which 51 are filled: with what came last, or with what came
// first where nothing comes down.
TEST_F(BenchPolicyTest, SpilloverDemotesNothingAndKeepsTheOldestInTheFastTier) {
  const auto hits_above = [&](std::string_view policy, std::uint64_t asked_again) {
    std::vector<std::string> lines;
    for (std::uint64_t i = 0; i < 20; ++i) lines.push_back(prompt_of(i * 10, 10));
    lines.push_back(prompt_of(asked_again, 10));
    const record::Run seen =
        run(policy, "64GiB", {{"trace", write(lines)}, {"num-users", "1"}, {"cpu-mem-gb", "4"}});
    EXPECT_EQ(seen.observed.reuse.hits(), 10U);
    EXPECT_EQ(seen.observed.tier(TierId::cpu).demotions > 0, policy == "waterfall-lru");
    return seen.observed.reuse.blocks_hit.at(index_of(TierId::cpu));
  };
  EXPECT_EQ(hits_above("waterfall-lru", 190), 10U);
  EXPECT_EQ(hits_above("waterfall-lru", 0), 0U);
  EXPECT_EQ(hits_above("spillover", 190), 0U);
  EXPECT_EQ(hits_above("spillover", 0), 10U);
}

}  // namespace
}  // namespace spillway::scenario
