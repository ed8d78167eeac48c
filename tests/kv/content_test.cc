// SPDX-License-Identifier: Apache-2.0
#include "kv/content.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace spillway::kv {
namespace {

constexpr std::size_t kPage = 4096;

std::vector<std::byte> bytes_of(std::uint64_t seed, BlockKey key, Bytes offset, std::size_t size) {
  std::vector<std::byte> bytes(size);
  BlockContent(seed).fill(key, offset, bytes);
  return bytes;
}

BlockKey key_of(std::uint64_t id) { return chain(root_key(0), id); }

// Blocks of consecutive keys one after another, as a slab file holds them.
std::vector<std::byte> slab(std::uint64_t seed, std::size_t blocks, std::size_t block_size) {
  std::vector<std::byte> all(blocks * block_size);
  for (std::size_t i = 0; i < blocks; ++i) {
    BlockContent(seed).fill(key_of(i), 0_B, std::span(all).subspan(i * block_size, block_size));
  }
  return all;
}

std::uint64_t word(std::span<const std::byte> bytes, std::size_t index) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + index * sizeof value, sizeof value);
  return value;
}

// Frozen: a slab that an older build wrote must not read as corrupted. The words are those of a
// plain loop over one generator a lane.
TEST(BlockContent, IsTheSameOnEveryMachine) {
  const auto bytes = bytes_of(42, {.high = 1, .low = 2}, 0_B, 2 * kPage);
  EXPECT_EQ(word(bytes, 0), 0x988975943e889df8U);
  EXPECT_EQ(word(bytes, 8), 0x3b2dfd61f742adb4U);
  EXPECT_EQ(word(bytes, 511), 0xf5ad29f9452d9aadU);
  EXPECT_EQ(word(bytes, 512), 0x11ba31ac39524d38U);
}

TEST(BlockContent, IsFoundRightWhereItWasFilled) {
  const BlockContent content(7);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kPage - 1, kPage, kPage + 1, 4 * kPage, 4 * kPage + 511}) {
    const auto bytes = bytes_of(7, key_of(1), 8_KiB, size);
    EXPECT_EQ(content.find_corruption(key_of(1), 8_KiB, bytes), std::nullopt) << size;
  }
}

TEST(BlockContent, NeedsNoAlignedMemory) {
  std::vector<std::byte> memory(2 * kPage + 1);
  const auto odd = std::span(memory).subspan(1);
  const BlockContent content(7);
  content.fill(key_of(1), 0_B, odd);
  EXPECT_EQ(content.find_corruption(key_of(1), 0_B, odd), std::nullopt);
  EXPECT_TRUE(std::ranges::equal(odd, bytes_of(7, key_of(1), 0_B, 2 * kPage)));
}

TEST(BlockContent, DoesNotDependOnHowItIsCut) {
  const auto whole = bytes_of(7, key_of(1), 0_B, 8 * kPage + 100);
  for (std::size_t at = 0; at < whole.size(); at += 3 * kPage) {
    const auto part = std::span(whole).subspan(at, std::min(3 * kPage, whole.size() - at));
    EXPECT_TRUE(std::ranges::equal(part, bytes_of(7, key_of(1), Bytes(at), part.size()))) << at;
  }
}

TEST(BlockContent, IsWrittenInsideOfTheSpanOnly) {
  std::vector<std::byte> memory(3 * kPage, std::byte{0xee});
  BlockContent(7).fill(key_of(1), 0_B, std::span(memory).first(kPage + 10));
  EXPECT_TRUE(std::ranges::all_of(std::span(memory).subspan(kPage + 10),
                                  [](std::byte b) { return b == std::byte{0xee}; }));
}

TEST(BlockContent, OfAnotherSeedKeyOrOffsetIsCorrupt) {
  const auto bytes = bytes_of(7, key_of(1), 0_B, 2 * kPage);
  EXPECT_TRUE(BlockContent(8).find_corruption(key_of(1), 0_B, bytes));
  EXPECT_TRUE(BlockContent(7).find_corruption(key_of(2), 0_B, bytes));
  EXPECT_TRUE(BlockContent(7).find_corruption(key_of(1), 4_KiB, bytes));
}

TEST(BlockContent, EveryFlippedBitIsFoundAtItsByte) {
  auto bytes = bytes_of(7, key_of(1), 0_B, kPage + 16);  // a whole page and a tail
  const BlockContent content(7);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const std::byte mask{static_cast<std::uint8_t>(1U << (bit % 8))};
    bytes[bit / 8] ^= mask;
    ASSERT_EQ(content.find_corruption(key_of(1), 0_B, bytes), bit / 8) << "bit " << bit;
    bytes[bit / 8] ^= mask;
  }
}

TEST(BlockContent, FirstWrongByteOfSeveralIsNamed) {
  auto bytes = bytes_of(7, key_of(1), 64_KiB, 8 * kPage);
  for (const std::size_t at : {5 * kPage + 77, 5 * kPage + 78, 7 * kPage})
    bytes[at] ^= std::byte{1};
  EXPECT_EQ(BlockContent(7).find_corruption(key_of(1), 64_KiB, bytes), 5 * kPage + 77);
}

// What a torn or misdirected write leaves: a page of zeros, two pages exchanged.
TEST(BlockContent, MisplacedPagesAreFound) {
  const BlockContent content(7);
  auto bytes = bytes_of(7, key_of(1), 0_B, 4 * kPage);
  std::swap_ranges(bytes.begin() + kPage, bytes.begin() + 2 * kPage, bytes.begin() + 2 * kPage);
  const auto found = content.find_corruption(key_of(1), 0_B, bytes);
  EXPECT_EQ(found.value_or(0) / kPage, 1U);
  bytes = bytes_of(7, key_of(1), 0_B, 4 * kPage);
  std::fill_n(bytes.begin() + 3 * kPage, kPage, std::byte{0});
  EXPECT_EQ(content.find_corruption(key_of(1), 0_B, bytes), 3 * kPage);
}

std::size_t compressed_size(std::span<const std::byte> bytes, int level, bool long_distance) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_enableLongDistanceMatching, long_distance ? 1 : 0);
  if (long_distance) ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, 27);
  std::vector<std::byte> out(ZSTD_compressBound(bytes.size()));
  const std::size_t size =
      ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  EXPECT_FALSE(ZSTD_isError(size));
  return size;
}

TEST(BlockContent, DoesNotCompress) {
  const auto bytes = slab(1, 16, std::size_t{1} << 20U);
  EXPECT_GE(compressed_size(bytes, 3, false), bytes.size());
  EXPECT_GE(compressed_size(bytes, 3, true), bytes.size());
  EXPECT_GE(compressed_size(std::span(bytes).first(std::size_t{2} << 20U), 15, true),
            std::size_t{2} << 20U);
}

TEST(BlockContent, HasEveryByteValueEquallyOften) {
  const auto bytes = slab(1, 4, std::size_t{1} << 20U);  // 16,384 of each expected
  std::vector<double> counts(256);
  for (const std::byte byte : bytes) counts[std::to_integer<std::size_t>(byte)] += 1;
  double chi_squared = 0;
  for (const double count : counts) chi_squared += (count - 16384) * (count - 16384) / 16384;
  EXPECT_LT(chi_squared, 340);  // 255 degrees of freedom: above with probability 0.0003
  EXPECT_GT(chi_squared, 180);
}

std::string_view page_text(std::span<const std::byte> bytes, std::size_t page) {
  return {reinterpret_cast<const char*>(bytes.data()) + page * kPage, kPage};
}

TEST(BlockContent, NoPageEqualsAnother) {
  const auto one = slab(1, 64, 64 * kPage);
  const auto two = slab(2, 64, 64 * kPage);
  std::unordered_set<std::string_view> pages;
  for (std::size_t page = 0; page < 64UL * 64; ++page) {
    pages.insert(page_text(one, page));
    pages.insert(page_text(two, page));
  }
  EXPECT_EQ(pages.size(), 2UL * 64 * 64);
}

// A deduplicating drive that also looks for differences finds nothing either: what two pages differ
// by does not repeat.
TEST(BlockContent, TheDifferenceOfTwoPagesIsNoiseToo) {
  const auto bytes = slab(1, 2, 2 * kPage);
  for (std::size_t page = 1; page < 4; ++page) {
    std::unordered_set<std::uint64_t> words;
    for (std::size_t i = 0; i < 512; ++i) {
      words.insert(word(bytes, i) ^ word(bytes, page * 512 + i));
    }
    EXPECT_EQ(words.size(), 512U) << page;
  }
}

TEST(BlockContentDeathTest, StartsAtAPage) {
  std::vector<std::byte> memory(kPage);
  EXPECT_DEATH(BlockContent(1).fill(key_of(1), 512_B, memory), "page of 4 KiB");
}

}  // namespace
}  // namespace spillway::kv
