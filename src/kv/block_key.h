// The name of a block: a hash chained over everything before it, so equal prefix means equal key.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace spillway::kv {

// 128 bits, so that two different prefixes share a key with probability below 10^-18 even in a run
// of 10^10 blocks. Keys are the same numbers on every machine: they name files and enter hashes.
struct BlockKey {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend constexpr auto operator<=>(const BlockKey&, const BlockKey&) = default;
};

// For unordered containers. The low half is a hash already, so mixing again would buy nothing.
struct BlockKeyHash {
  constexpr std::size_t operator()(const BlockKey& key) const { return key.low; }
};

// Where the chains of one scope start. Blocks of two scopes never match: a scope is a tenant, or a
// trace file whose ids have a meaning in that file only.
BlockKey root_key(std::uint64_t scope);

// The key of the block with this content after the block `parent`.
BlockKey chain(BlockKey parent, std::uint64_t content_id);

// The key of the block that holds tokens [offset, offset + tokens) of the content `id` after
// `parent`. Apart from chain(): the two are equal for no arguments (but for a chance of 2^-128).
BlockKey chain_part(BlockKey parent, std::uint64_t id, std::uint64_t offset, std::uint64_t tokens);

// The n-th block that decode adds for a request, after the block `parent`. It lies outside of
// chain() and chain_part(), because what a model says is its own content: a trace's later prompt
// that repeats the answer names it with an id of the trace and is not a hit on this block.
BlockKey generated_key(BlockKey parent, std::uint64_t request, std::uint64_t n);

// 32 lower-case hexadecimal digits, the high half first.
std::string to_text(BlockKey key);
// The key of such a text, nothing for any other text (upper-case digits included), so that a key
// has one spelling only.
std::optional<BlockKey> parse_block_key(std::string_view text);

}  // namespace spillway::kv
