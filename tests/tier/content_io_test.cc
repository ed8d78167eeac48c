// SPDX-License-Identifier: Apache-2.0
#include "tier/content_io.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace spillway::tier {
namespace {

const kv::BlockContent kContent(42);
constexpr kv::BlockKey kKey{.high = 3, .low = 4};

std::vector<std::byte> block_content(Bytes size) {
  std::vector<std::byte> bytes(size.count());
  kContent.fill(kKey, Bytes(0), bytes);
  return bytes;
}

TEST(ContentIo, APieceOfTheSourceIsThatPartOfTheBlock) {
  const std::vector<std::byte> whole = block_content(64_KiB);
  std::vector<std::byte> room(8'192);
  ContentSource source(kContent, kKey);
  const std::span<const std::byte> piece = source.supply(16_KiB, room);
  EXPECT_EQ(piece.data(), room.data());
  EXPECT_TRUE(std::ranges::equal(piece, std::span(whole).subspan(16'384, 8'192)));
}

TEST(ContentIo, TheSinkFindsTheFirstWrongByteWhateverTheOrderOfPieces) {
  std::vector<std::byte> bytes = block_content(64_KiB);
  bytes[50'000] ^= std::byte{1};
  bytes[20'000] ^= std::byte{128};
  VerifyingSink sink(kContent, kKey, kv::Verify::all);
  EXPECT_TRUE(sink.room(Bytes(0), 32_KiB).empty());
  sink.take(32_KiB, std::span(bytes).subspan(32'768));
  EXPECT_EQ(sink.corrupted_at(), 50'000U);
  sink.take(Bytes(0), std::span(bytes).first(32'768));
  EXPECT_EQ(sink.corrupted_at(), 20'000U);
  EXPECT_EQ(sink.checked(), 64_KiB);
  EXPECT_EQ(sink.copied(), 0_B);
}

TEST(ContentIo, BlocksThatAreNotSelectedAreCopiedOn) {
  const std::vector<std::byte> bytes = block_content(64_KiB);
  std::vector<std::byte> staging(24'576);
  VerifyingSink sink(kContent, kKey, kv::Verify::off, staging);
  sink.take(Bytes(0), bytes);
  EXPECT_EQ(sink.copied(), 64_KiB);
  EXPECT_EQ(sink.checked(), 0_B);
  // The last part of the block lies where it was copied to last: 65,536 = 2 x 24,576 + 16,384.
  EXPECT_TRUE(std::ranges::equal(std::span(staging).first(16'384), std::span(bytes).last(16'384)));
}

TEST(ContentIo, WithoutStagingTheyAreNotLookedAt) {
  const std::vector<std::byte> zeros(4'096);
  VerifyingSink sink(kContent, kKey, kv::Verify::off);
  sink.take(Bytes(0), zeros);
  EXPECT_EQ(sink.corrupted_at(), std::nullopt);
  EXPECT_EQ(sink.copied(), 0_B);
}

TEST(ContentIo, ABlockThatArrivedWrongIsAnErrorOfItsOwnClass) {
  const std::vector<std::byte> zeros(4'096);
  VerifyingSink sink(kContent, kKey, kv::Verify::all);
  BlockMove move{.key = kKey};
  judge(move, sink);
  EXPECT_FALSE(move.error);
  sink.take(Bytes(0), zeros);
  judge(move, sink);
  EXPECT_EQ(move.error, stats::ErrorClass::corrupt);
  EXPECT_NE(move.error_text.find(kv::to_text(kKey)), std::string::npos) << move.error_text;
  BlockMove unread{.key = kKey, .error = stats::ErrorClass::io_error};
  judge(unread, sink);
  EXPECT_EQ(unread.error, stats::ErrorClass::io_error);
}

TEST(ContentIo, MemoryIsMovedInPlace) {
  std::vector<std::byte> block(16'384);
  std::vector<std::byte> room(4'096);
  MemorySource source(block);
  EXPECT_EQ(source.supply(8_KiB, room).data(), block.data() + 8'192);
  MemorySink sink(block);
  const std::span<std::byte> place = sink.room(12_KiB, 4_KiB);
  EXPECT_EQ(place.data(), block.data() + 12'288);
  EXPECT_EQ(place.size(), 4'096U);
  sink.take(12_KiB, place);
}

TEST(ContentIoDeathTest, MemoryHoldsTheWholeBlock) {
  std::vector<std::byte> block(6'000);
  std::vector<std::byte> room(4'096);
  MemorySource source(block);
  EXPECT_DEATH((void)source.supply(4_KiB, room), "padded size");
}

}  // namespace
}  // namespace spillway::tier
