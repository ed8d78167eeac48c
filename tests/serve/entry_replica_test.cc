// SPDX-License-Identifier: Apache-2.0
#include "serve/entry_replica.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "async/group.h"
#include "cache/index.h"
#include "cache/waterfall.h"
#include "core/size_text.h"
#include "tier/counting_room.h"
#include "tier/modelled_store.h"

namespace spillway::serve {
namespace {

using namespace std::chrono_literals;
using kv::Role;
using record::RequestRow;
using record::ReuseKind;
using record::Status;

constexpr std::int64_t kMs = 1'000'000;
constexpr Bytes kToken = 4_KiB;

// One storage tier in which reads take 5 ms and writes 2 ms, whatever their size; an answer token
// takes 1 ms.
class EntryReplicaTest : public testing::Test {
 protected:
  explicit EntryReplicaTest(Bytes capacity = kUnlimited)
      : room_(capacity),
        device_({.read_latency = 5ms, .write_latency = 2ms}),
        store_(loop_, device_),
        options_{.capacity = {Bytes(0), Bytes(0), capacity}},
        index_(options_, {nullptr, nullptr, &room_},
               std::make_unique<cache::WaterfallLru>(options_)),
        cache_(index_, {nullptr, nullptr, &store_}, nullptr, loop_, options_) {
    use({.compute = {}, .bytes_per_token = kToken});
  }

  void use(EntryOptions options) {
    options.compute.decode_per_token = 1ms;
    replica_.emplace(loop_, cache_, options);
  }

  async::Task<> ask(RequestRow& row, kv::Prompt prompt) {
    EntryJob job(row);
    replica_->plan(job, prompt);
    co_await replica_->generate(job, stop_);
  }

  RequestRow run(std::vector<kv::Piece> pieces, std::uint64_t output = 32,
                 RequestPhase phase = RequestPhase::both) {
    RequestRow row;
    row.output_tokens = output;
    row.phase = phase;
    replica_->set_origin(loop_.now());
    loop_.run(ask(row, {.pieces = std::move(pieces)}));
    return row;
  }

  async::Task<> store(std::vector<kv::Piece> pieces) { co_await replica_->ingest(pieces, stop_); }
  async::Task<> drop(std::size_t& dropped, std::vector<kv::Piece> pieces) {
    dropped = co_await replica_->drop(pieces, stop_);
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
  std::optional<EntryReplica> replica_;
};

kv::Piece fresh(std::uint64_t id, std::uint64_t tokens = 100) {
  return {.id = id, .tokens = Tokens(tokens), .role = Role::fresh};
}
kv::Piece history(std::uint64_t id) {
  return {.id = id, .tokens = Tokens(100), .role = Role::history};
}

// 1 + max(1, ceil(g / 32)) reads: 1-32 tokens: 2; 33-64: 3; 100: 5; 128: 5; 500: 17.
TEST_F(EntryReplicaTest, DecodeReadsTheEntryOnceAndAgainForEveryBatch) {
  const std::vector<std::pair<std::uint64_t, std::uint32_t>> known = {
      {0, 2}, {1, 2}, {32, 2}, {33, 3}, {64, 3}, {100, 5}, {128, 5}, {500, 17}};
  std::uint64_t id = 1;
  for (const auto& [tokens, reads] : known) {
    const RequestRow row = run({fresh(id++)}, tokens);
    EXPECT_EQ(row.decode_reads, reads) << tokens;
    EXPECT_EQ(row.decode_misses, 0U);
    EXPECT_EQ(row.blocks_asked, 0U) << "its own entry is no reuse";
    EXPECT_EQ(row.generation, static_cast<std::int64_t>(tokens) * kMs);
    EXPECT_EQ(row.done, 2 * kMs + reads * 5 * kMs + row.generation);
  }
}

TEST_F(EntryReplicaTest, WhatIsDroppedIsNotThereAnyMore) {
  const kv::Piece first{.id = 1, .tokens = Tokens(100), .role = Role::retrieved};
  const kv::Piece second{.id = 2, .tokens = Tokens(100), .role = Role::retrieved};
  loop_.run(store({first, second}));
  std::size_t dropped = 0;
  loop_.run(drop(dropped, {first}));
  EXPECT_EQ(dropped, 1U);
  EXPECT_EQ(room_.used(), kToken * 100);
  EXPECT_EQ(cache_.counters().tiers[TierId::storage].evictions, 1U);
  const RequestRow row = run({first, second}, 32, RequestPhase::decode);
  EXPECT_EQ(row.reuse_hit.at(index_of(ReuseKind::retrieval)), 1U) << "of the two";
}

TEST_F(EntryReplicaTest, StampsEveryStage) {
  run({fresh(1)});
  const RequestRow row = run({history(1), fresh(2)}, 64);
  EXPECT_EQ(row.status, Status::completed);
  EXPECT_EQ(row.started, 0);
  EXPECT_EQ(row.loaded, 5 * kMs);
  EXPECT_EQ(row.first_token, 7 * kMs) << "the entry is stored";
  EXPECT_EQ(row.entry_write, 2 * kMs);
  EXPECT_EQ(row.decode_read, 15 * kMs);
  EXPECT_EQ(row.tier_time, (5 + 2 + 15) * kMs);
  EXPECT_EQ(row.done, (5 + 2 + 15 + 64) * kMs);
  EXPECT_EQ(row.input_tokens, 100U) << "what it adds";
  EXPECT_EQ(row.written_bytes.at(index_of(TierId::storage)), 100 * kToken.count());
}

TEST_F(EntryReplicaTest, AllOfTheHistoryIsReadSideBySideOrThePreviousTurnAlone) {
  for (std::uint64_t id = 1; id <= 3; ++id) run({fresh(id)});
  const RequestRow all = run({history(1), history(2), history(3), fresh(4)});
  EXPECT_EQ(all.reuse_asked.at(index_of(ReuseKind::history)), 3U);
  EXPECT_EQ(all.reuse_hit.at(index_of(ReuseKind::history)), 3U);
  EXPECT_EQ(all.blocks_hit.at(index_of(TierId::storage)), 3U);
  EXPECT_EQ(all.tokens_hit, 300U);
  EXPECT_EQ(all.loaded, 5 * kMs);

  use({.compute = {}, .bytes_per_token = kToken, .history = HistoryReload::previous});
  const RequestRow previous = run({history(1), history(2), history(3), fresh(5)});
  EXPECT_EQ(previous.reuse_asked.at(index_of(ReuseKind::history)), 1U);
}

TEST_F(EntryReplicaTest, HistoryThatIsGoneIsAMissAndStaysGone) {
  for (int i = 0; i < 2; ++i) {
    const RequestRow row = run({history(77), fresh(static_cast<std::uint64_t>(i) + 1)});
    EXPECT_EQ(row.reuse_asked.at(index_of(ReuseKind::history)), 1U);
    EXPECT_EQ(row.reuse_hit.at(index_of(ReuseKind::history)), 0U);
    EXPECT_EQ(row.loaded, 0) << "nothing was read";
  }
}

TEST_F(EntryReplicaTest, ASharedPromptIsStoredByTheFirstAndHitByTheOthers) {
  const kv::Piece shared{.id = 9, .tokens = Tokens(5), .role = Role::system};
  std::uint64_t hits = 0;
  for (std::uint64_t id = 1; id <= 10; ++id) {
    const RequestRow row = run({shared, fresh(id)});
    EXPECT_EQ(row.reuse_asked.at(index_of(ReuseKind::system_prompt)), 1U);
    hits += row.reuse_hit.at(index_of(ReuseKind::system_prompt));
    EXPECT_EQ(row.input_tokens, 105U);
  }
  EXPECT_EQ(hits, 9U);
}

TEST_F(EntryReplicaTest, AQueryReadsItsChunksAsOftenAsAnEntry) {
  const std::vector<kv::Piece> chunks = {{.id = 1, .tokens = Tokens(512), .role = Role::retrieved},
                                         {.id = 2, .tokens = Tokens(512), .role = Role::retrieved}};
  loop_.run(store(chunks));
  const RequestRow row = run(chunks, 100, RequestPhase::decode);
  EXPECT_EQ(row.reuse_hit.at(index_of(ReuseKind::retrieval)), 2U);
  EXPECT_EQ(row.decode_reads, 2U * 4) << "four batches; the first read is that of the retrieval";
  EXPECT_EQ(row.written_bytes.at(index_of(TierId::storage)), 0U);
  EXPECT_EQ(row.entry_write, record::kNever);
  EXPECT_EQ(row.input_tokens, 1024U);
}

TEST_F(EntryReplicaTest, AChunkThatIsGoneIsStoredAgain) {
  const std::vector<kv::Piece> chunks = {{.id = 1, .tokens = Tokens(512), .role = Role::retrieved}};
  EXPECT_EQ(run(chunks, 10, RequestPhase::decode).reuse_hit.at(index_of(ReuseKind::retrieval)), 0U);
  EXPECT_EQ(run(chunks, 10, RequestPhase::decode).reuse_hit.at(index_of(ReuseKind::retrieval)), 1U);
}

TEST_F(EntryReplicaTest, APromptAloneGeneratesNothing) {
  const RequestRow row = run({fresh(1)}, 500, RequestPhase::prefill);
  EXPECT_EQ(row.output_tokens, 0U);
  EXPECT_EQ(row.decode_reads, 0U);
  EXPECT_EQ(row.generation, 0);
  EXPECT_EQ(row.done, 2 * kMs);
}

TEST_F(EntryReplicaTest, AnAnswerAloneStoresItsEntryOnlyWhereItIsMissing) {
  const RequestRow missing = run({fresh(1)}, 64, RequestPhase::decode);
  EXPECT_EQ(missing.decode_misses, 1U);
  EXPECT_EQ(missing.decode_reads, 0U);
  EXPECT_EQ(missing.written_bytes.at(index_of(TierId::storage)), 100 * kToken.count());
  EXPECT_EQ(missing.done, 2 * kMs + 64 * kMs);
  EXPECT_EQ(missing.tier_time, 2 * kMs);  // to store it again
  const RequestRow there = run({fresh(1)}, 64, RequestPhase::decode);
  EXPECT_EQ(there.decode_reads, 3U);

  use({.compute = {}, .bytes_per_token = kToken, .stores_missing = false});
  const RequestRow node = run({fresh(2)}, 64, RequestPhase::decode);
  EXPECT_EQ(node.decode_misses, 1U);
  EXPECT_EQ(node.written_bytes.at(index_of(TierId::storage)), 0U);
}

TEST_F(EntryReplicaTest, AKeyThatIsThereIsNotStoredAgain) {
  run({fresh(1)});
  const RequestRow again = run({fresh(1)});
  EXPECT_EQ(again.written_bytes.at(index_of(TierId::storage)), 0U);
  EXPECT_EQ(again.entry_write, 0);
}

TEST_F(EntryReplicaTest, StoresNoMoreEntriesAtATimeThanAllowed) {
  use({.compute = {}, .bytes_per_token = kToken, .most_allocations = 1});
  std::vector<RequestRow> rows(3);
  replica_->set_origin(loop_.now());
  loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> async::Task<> {
    for (std::uint64_t i = 0; i < 3; ++i) {
      rows[i].phase = RequestPhase::prefill;
      group.spawn(ask(rows[i], {.pieces = {fresh(i + 1)}}));
    }
    co_return;
  }));
  EXPECT_EQ(rows[0].entry_write, 2 * kMs);
  EXPECT_EQ(rows[1].entry_write, 4 * kMs) << "the wait for a place is in it";
  EXPECT_EQ(rows[2].entry_write, 6 * kMs);
}

TEST_F(EntryReplicaTest, AStoppedRequestIsAbandoned) {
  RequestRow row;
  row.output_tokens = 100;
  replica_->set_origin(loop_.now());
  loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> async::Task<> {
    group.spawn(ask(row, {.pieces = {fresh(1)}}));
    async::Stop never;
    co_await loop_.sleep_for(20ms, never);
    stop_.request();
  }));
  EXPECT_EQ(row.status, Status::abandoned);
  EXPECT_EQ(row.done, record::kNever);
  EXPECT_EQ(row.first_token, 2 * kMs);
}

class SmallEntryReplicaTest : public EntryReplicaTest {
 protected:
  SmallEntryReplicaTest() : EntryReplicaTest(kToken * 50) {}
};

TEST_F(SmallEntryReplicaTest, AnEntryThatFitsNowhereIsMissedByItsOwnDecode) {
  const RequestRow row = run({fresh(1)}, 64);
  EXPECT_EQ(row.decode_misses, 1U);
  EXPECT_EQ(row.decode_reads, 0U);
  EXPECT_EQ(row.status, Status::completed);
}

}  // namespace
}  // namespace spillway::serve
