// SPDX-License-Identifier: Apache-2.0
#include "kv/block_key.h"

#include <array>
#include <bit>
#include <charconv>

// The hash is compiled in, so that the key of a block costs no call into a library.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spillway::kv {
namespace {

static_assert(std::endian::native == std::endian::little,
              "keys are hashes of little-endian words: swap the bytes of each word here");

// The first word of what is hashed: keys made for different reasons never meet. Frozen, as is the
// order of the words: keys name blocks on disk and enter the hash of a plan.
enum class Purpose : std::uint64_t { root = 1, chain = 2, part = 3, generated = 4 };

// XXH3-128 with seed 0, whose results are stable since xxHash 0.8.0.
template <typename... Words>
BlockKey hash(Purpose purpose, Words... words) {
  const std::array<std::uint64_t, 1 + sizeof...(Words)> text{static_cast<std::uint64_t>(purpose),
                                                             words...};
  const XXH128_hash_t value = XXH3_128bits(text.data(), sizeof text);
  return {.high = value.high64, .low = value.low64};
}

constexpr std::size_t kHalfDigits = 16;

std::string digits(std::uint64_t half) {
  std::string text(kHalfDigits, '0');
  for (std::size_t i = kHalfDigits; i-- > 0; half >>= 4U) text[i] = "0123456789abcdef"[half & 15U];
  return text;
}

std::uint64_t value_of(std::string_view digits_of_half) {
  std::uint64_t value = 0;
  std::from_chars(digits_of_half.data(), digits_of_half.data() + digits_of_half.size(), value, 16);
  return value;
}

}  // namespace

BlockKey root_key(std::uint64_t scope) { return hash(Purpose::root, scope); }

BlockKey chain(BlockKey parent, std::uint64_t content_id) {
  return hash(Purpose::chain, parent.high, parent.low, content_id);
}

BlockKey chain_part(BlockKey parent, std::uint64_t id, std::uint64_t offset, std::uint64_t tokens) {
  return hash(Purpose::part, parent.high, parent.low, id, offset, tokens);
}

BlockKey generated_key(BlockKey parent, std::uint64_t request, std::uint64_t n) {
  return hash(Purpose::generated, parent.high, parent.low, request, n);
}

std::string to_text(BlockKey key) { return digits(key.high) + digits(key.low); }

std::optional<BlockKey> parse_block_key(std::string_view text) {
  if (text.size() != 2 * kHalfDigits) return std::nullopt;
  if (text.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  return BlockKey{.high = value_of(text.substr(0, kHalfDigits)),
                  .low = value_of(text.substr(kHalfDigits))};
}

}  // namespace spillway::kv
