// SPDX-License-Identifier: Apache-2.0
#include "cache/batch.h"

#include <gtest/gtest.h>

#include "tests/cache/world.h"
#include "tier/null_store.h"

namespace spillway::cache {
namespace {

class MemoryStore final : public tier::Store {
 public:
  async::Task<> write(std::span<tier::BlockMove> /*moves*/) override { co_return; }
  async::Task<> read(std::span<tier::BlockMove> /*moves*/) override { co_return; }
  async::Task<> erase(std::span<const kv::BlockKey> /*keys*/) override { co_return; }
  std::span<std::byte> memory(tier::Placement /*placement*/, Bytes size) override {
    return std::span(bytes).first(size.count());
  }
  bool modelled() const override { return false; }
  std::vector<std::byte> bytes = std::vector<std::byte>(4096);
};

TEST(ReadBatch, HasSinksForWhatIsVerifiedAndForWhatIsCopiedOutOfMemory) {
  const kv::BlockContent content(1);
  MemoryStore memory;
  ReadBatch out(memory, &content, kv::Verify::sample, 64);
  ReadBatch down(memory, &content, kv::Verify::sample, 64);
  std::size_t selected = 0;
  for (std::uint64_t n = 0; n < 64; ++n) {
    out.add(key(n), {}, kBlock, true);
    down.add(key(n), {}, kBlock, false);
    const bool verified = kv::selects(kv::Verify::sample, key(n));
    selected += verified ? 1 : 0;
    EXPECT_NE(out.moves().back().sink, nullptr);
    EXPECT_EQ(down.moves().back().sink != nullptr, verified);
  }
  EXPECT_GT(selected, 0U);
  EXPECT_LT(selected, 64U);
}

TEST(ReadBatch, HasNoSinksWhereNoTierHoldsBytes) {
  MemoryStore memory;
  ReadBatch reads(memory, nullptr, kv::Verify::all, 1);
  reads.add(key(0), {}, kBlock, true);
  EXPECT_EQ(reads.moves().front().sink, nullptr);
}

TEST(ReadBatch, CountsAsVerifiedOnlyWhatItSawWholly) {
  const kv::BlockContent content(1);
  tier::NullStore store;
  ReadBatch reads(store, &content, kv::Verify::all, 3);
  std::vector<std::byte> bytes(kBlock.count());
  for (std::uint64_t n = 0; n < 3; ++n) reads.add(key(n), {}, kBlock, true);
  content.fill(key(0), Bytes(0), bytes);
  reads.moves()[0].sink->take(Bytes(0), bytes);
  reads.moves()[1].sink->take(Bytes(0), bytes);  // another block's bytes; the third gets none
  TierCounters tier;
  CacheCounters all;
  reads.judge_and_count(tier, all);
  EXPECT_EQ(all.blocks_verified, 2U);
  EXPECT_EQ(all.blocks_corrupted, 1U);
  EXPECT_EQ(tier.read.operations, 2U);
  EXPECT_EQ(tier.read.errors.at(static_cast<std::size_t>(stats::ErrorClass::corrupt)), 1U);
  EXPECT_FALSE(
      tier.read_error_texts.at(static_cast<std::size_t>(stats::ErrorClass::corrupt)).empty());
}

TEST(WriteBatch, TakesBytesFromMemoryOrMakesThem) {
  const kv::BlockContent content(1);
  const std::vector<std::byte> memory(kBlock.count(), std::byte{9});
  std::vector<std::byte> made(kBlock.count());
  WriteBatch writes(&content, 2);
  writes.add(key(0), {}, kBlock, memory);
  writes.add(key(1), {}, kBlock, {});
  EXPECT_EQ(writes.moves()[0].source->supply(Bytes(0), made).data(), memory.data());
  writes.moves()[1].source->supply(Bytes(0), made);
  EXPECT_EQ(content.find_corruption(key(1), Bytes(0), made), std::nullopt);
}

TEST(WriteBatch, CountsEachBlockByWhatCameOfIt) {
  WriteBatch writes(nullptr, 2);
  writes.add(key(0), {}, Bytes(100), {});
  writes.add(key(1), {}, Bytes(100), {});
  EXPECT_EQ(writes.moves()[0].source, nullptr);
  writes.moves()[0].latency = Duration(77);
  writes.moves()[1].error = stats::ErrorClass::no_space;
  TierCounters tier;
  writes.count(tier);
  EXPECT_EQ(tier.write.bytes, 100U);
  EXPECT_EQ(tier.write.latency.max(), 77);
  EXPECT_EQ(tier.write.failed(), 1U);
}

TEST(TransitSink, TakesPiecesOfAnySize) {
  TransitSink sink;
  EXPECT_TRUE(sink.room(Bytes(0), 1_MiB).empty());
  const std::vector<std::byte> piece(1'000'000, std::byte{1});
  sink.take(Bytes(0), piece);
  sink.take(Bytes(0), {});
}

}  // namespace
}  // namespace spillway::cache
