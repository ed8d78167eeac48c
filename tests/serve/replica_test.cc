// SPDX-License-Identifier: Apache-2.0
#include "serve/replica.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "cache/index.h"
#include "cache/waterfall.h"
#include "core/size_text.h"
#include "tier/counting_room.h"
#include "tier/modelled_store.h"

namespace spillway::serve {
namespace {

using namespace std::chrono_literals;
using record::RequestRow;
using record::Status;

constexpr std::int64_t kMs = 1'000'000;
constexpr Bytes kBlock = 1_MiB;
constexpr Tokens kBlockTokens(16);

// One storage tier: reads take 5 ms, writes 2 ms a block, side by side. 1,000 prompt tokens a
// second, 10 ms an answer token.
class ReplicaTest : public testing::Test {
 protected:
  explicit ReplicaTest(Bytes capacity = kUnlimited)
      : room_(capacity),
        device_({.read_latency = 5ms, .write_latency = 2ms}),
        store_(loop_, device_),
        options_{.capacity = {Bytes(0), Bytes(0), capacity}},
        index_(options_, {nullptr, nullptr, &room_},
               std::make_unique<cache::WaterfallLru>(options_)),
        cache_(index_, {nullptr, nullptr, &store_}, nullptr, loop_, options_),
        replica_(loop_, cache_,
                 {.compute = {.prefill_tokens_per_s = 1000, .decode_per_token = 10ms},
                  .block_tokens = kBlockTokens,
                  .block_bytes = kBlock,
                  .all_tiers = capacity}) {}

  // A prompt of whole blocks with these ids.
  static kv::Prompt prompt(std::initializer_list<std::uint64_t> ids) {
    kv::Prompt made;
    for (const std::uint64_t id : ids) made.pieces.push_back({id, kBlockTokens});
    return made;
  }

  async::Task<> ask(RequestRow& row, kv::Prompt asked, async::Stop& stop) {
    row.input_tokens = kv::length(asked).count();
    Job job(loop_, row);
    replica_.plan(job, asked);
    co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
      co_await replica_.generate(job, group, stop);
      co_await replica_.settle(job, stop);
    });
  }

  RequestRow run(const kv::Prompt& asked, std::uint64_t output = 0) {
    RequestRow row;
    row.output_tokens = output;
    replica_.set_origin(loop_.now());
    loop_.run(ask(row, asked, stop_));
    return row;
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
  tier::CountingRoom room_;
  tier::ModelledDevice device_;
  tier::ModelledStore store_;
  cache::CacheOptions options_;
  cache::Index index_;
  cache::Cache cache_;
  Replica replica_;
};

TEST_F(ReplicaTest, APromptThatMissesIsComputedAndStoredWhileTheAnswerComes) {
  const RequestRow row = run(prompt({1, 2, 3, 4}), 3);
  EXPECT_EQ(row.status, Status::completed);
  EXPECT_EQ(row.loaded, 0);
  EXPECT_EQ(row.first_token, 64 * kMs);  // 64 tokens at 1,000/s
  EXPECT_EQ(row.done, 94 * kMs);         // 3 tokens of 10 ms
  EXPECT_EQ(row.stored, 94 * kMs);       // stored in 2 ms, long before the answer's end
  EXPECT_EQ(row.blocks_asked, 4U);
  EXPECT_EQ(row.written_bytes.back(), 4 * kBlock.count());
}

TEST_F(ReplicaTest, TheFirstTokenCostsTheLoadOfTheHitsAndTheComputeOfTheRest) {
  run(prompt({1, 2, 3, 4}));
  const RequestRow row = run(prompt({1, 2, 9}));
  EXPECT_EQ(row.blocks_hit.back(), 2U);
  EXPECT_EQ(row.tokens_hit, 32U);
  EXPECT_EQ(row.loaded, 5 * kMs);
  EXPECT_EQ(row.first_token, (5 + 16) * kMs);
  EXPECT_EQ(row.read_bytes.back(), 2 * kBlock.count());
}

TEST_F(ReplicaTest, APromptThatHitsAsAWholeComputesItsLastToken) {
  run(prompt({1, 2}));
  const RequestRow row = run(prompt({1, 2}));
  EXPECT_EQ(row.blocks_hit.back(), 2U);
  EXPECT_EQ(row.first_token, (5 + 1) * kMs);
}

TEST_F(ReplicaTest, BlocksOfTheAnswerAreWrittenAndNeverHit) {
  const RequestRow row = run(prompt({1}), 40);  // 56 tokens: 3 whole blocks, 2 of them new
  EXPECT_EQ(row.written_bytes.back(), 3 * kBlock.count());
  EXPECT_EQ(row.stored, row.done + 2 * kMs);
  EXPECT_EQ(run(prompt({1, 2, 3})).blocks_hit.back(), 1U);
}

TEST_F(ReplicaTest, PrefillsGoOneAfterAnotherDecodesSideBySide) {
  std::vector<RequestRow> rows(2);
  loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> async::Task<> {
    std::uint64_t id = 0;
    for (RequestRow& row : rows) {
      row.output_tokens = 5;
      group.spawn(ask(row, prompt({++id}), stop_));
    }
    co_return;
  }));
  EXPECT_EQ(rows[0].first_token, 16 * kMs);
  EXPECT_EQ(rows[1].first_token, 32 * kMs);
  EXPECT_EQ(rows[0].done, 66 * kMs);
  EXPECT_EQ(rows[1].done, 82 * kMs);
}

// The next turn of a conversation comes as soon as the answer is there, which may take no time.
// What is on its way by then is waited for, be it one window of blocks or many.
TEST_F(ReplicaTest, TheNextTurnFindsThePromptThatIsStillBeingStored) {
  for (const std::size_t blocks : {3U, 1000U}) {
    kv::Prompt asked;
    for (std::size_t i = 0; i < blocks; ++i) asked.pieces.push_back({blocks + i, kBlockTokens});
    RequestRow first;
    RequestRow second;
    loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> async::Task<> {
      first.input_tokens = second.input_tokens = kv::length(asked).count();
      Job one(loop_, first);
      Job two(loop_, second);
      replica_.plan(one, asked);
      replica_.plan(two, asked);
      co_await replica_.generate(one, group, stop_);
      co_await replica_.generate(two, group, stop_);
      co_await replica_.settle(one, stop_);
      co_await replica_.settle(two, stop_);
    }));
    EXPECT_EQ(first.blocks_hit.back(), 0U);
    EXPECT_EQ(second.blocks_hit.back(), blocks);
  }
}

TEST_F(ReplicaTest, AStopInTheMiddleOfTheAnswerLeavesItsBlocksOut) {
  RequestRow row;
  row.output_tokens = 100;  // 1 s
  loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> async::Task<> {
    group.spawn(ask(row, prompt({1, 2}), stop_));
    async::Stop never;
    co_await loop_.sleep_for(100ms, never);
    stop_.request();
  }));
  EXPECT_EQ(row.status, Status::abandoned);
  EXPECT_EQ(row.first_token, 32 * kMs);
  EXPECT_EQ(row.done, record::kNever);
  EXPECT_EQ(row.written_bytes.back(), 2 * kBlock.count());  // the prompt's
}

TEST_F(ReplicaTest, AStopAbandonsTheRequest) {
  RequestRow row;
  loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> async::Task<> {
    group.spawn(ask(row, prompt({1, 2}), stop_));
    async::Stop never;
    co_await loop_.sleep_for(10ms, never);
    stop_.request();
  }));
  EXPECT_EQ(row.status, Status::abandoned);
  EXPECT_EQ(row.done, record::kNever);
}

class SmallTierTest : public ReplicaTest {
 protected:
  SmallTierTest() : ReplicaTest(3 * kBlock) {}
};

TEST_F(SmallTierTest, OfARequestLargerThanAllTiersTheBeginningIsKept) {
  const RequestRow row = run(prompt({1, 2, 3, 4, 5, 6, 7, 8}), 100);
  EXPECT_EQ(row.status, Status::completed);
  EXPECT_TRUE(row.has(RequestRow::kOversized));
  EXPECT_EQ(run(prompt({1, 2, 3})).blocks_hit.back(), 3U);
}

TEST_F(SmallTierTest, APrefixLosesItsTailFirst) {
  run(prompt({1, 2, 3}));
  run(prompt({9}));
  EXPECT_EQ(run(prompt({1, 2, 3})).blocks_hit.back(), 2U);
}

}  // namespace
}  // namespace spillway::serve
