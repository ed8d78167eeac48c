// What a prompt is made of, and the blocks it is cut into.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "kv/block_key.h"

namespace spillway::kv {

// What a piece is there for. It does not enter the keys of blocks.
enum class Role : std::uint8_t {
  text,       // not said: a trace knows lengths and identities only
  system,     // shared by many users
  history,    // what the user said in an earlier turn
  answer,     // what the model said in one
  retrieved,  // a chunk of a document
  fresh       // what this request adds
};

// Named content: two pieces with the same id start with the same tokens, the shorter one being the
// beginning of the longer; pieces with different ids share nothing.
struct Piece {
  std::uint64_t id = 0;
  Tokens tokens;
  Role role = Role::text;

  friend bool operator==(const Piece&, const Piece&) = default;
};

// What becomes of the last tokens when they do not fill a block. Engines keep whole blocks only
// (dropped); the Mooncake traces name the partial block too, and count it as a hit (keyed).
enum class Tail { dropped, keyed };

struct Prompt {
  std::uint64_t scope = 0;  // ids of two scopes have nothing to do with each other
  std::vector<Piece> pieces;
  Tail tail = Tail::dropped;
};

Tokens length(const Prompt& prompt);

// The keys of the prompt's blocks of `block_tokens` (above zero) tokens each, first block first.
// The i-th keys of two prompts are equal if and only if their first i blocks are, whatever comes
// later and however the prompts are cut into pieces. Keys of two block sizes do not compare.
std::vector<BlockKey> block_keys(const Prompt& prompt, Tokens block_tokens);

}  // namespace spillway::kv
