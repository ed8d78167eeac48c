// SPDX-License-Identifier: Apache-2.0
#include "kv/prompt.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace spillway::kv {
namespace {

// Takes pieces from the left and closes a block whenever one is full.
class Cutter {
 public:
  Cutter(BlockKey root, Tokens block_tokens) : key_(root), block_tokens_(block_tokens) {}

  void take(const Piece& piece) {
    for (Tokens offset; offset < piece.tokens;) {
      const Tokens part = std::min(piece.tokens - offset, block_tokens_ - filled_);
      extend(piece.id, offset, part);
      offset += part;
    }
  }

  std::vector<BlockKey> finish(Tail tail) {
    if (tail == Tail::keyed && filled_ > Tokens(0)) keys_.push_back(key_);
    return std::move(keys_);
  }

  void reserve(std::size_t blocks) { keys_.reserve(blocks); }

 private:
  // Content that fills a block from its own start is named by its id alone, which is what traces
  // hold. The other parts carry their place, so the two forms never name the same tokens.
  void extend(std::uint64_t id, Tokens offset, Tokens part) {
    const bool whole = part == block_tokens_ && offset == Tokens(0);
    key_ = whole ? chain(key_, id) : chain_part(key_, id, offset.count(), part.count());
    filled_ += part;
    if (filled_ < block_tokens_) return;
    keys_.push_back(key_);
    filled_ = Tokens(0);
  }

  BlockKey key_;  // of everything taken so far
  Tokens block_tokens_;
  Tokens filled_;  // tokens in the block that is open
  std::vector<BlockKey> keys_;
};

}  // namespace

Tokens length(const Prompt& prompt) {
  Tokens sum;
  for (const Piece& piece : prompt.pieces) sum += piece.tokens;
  return sum;
}

std::vector<BlockKey> block_keys(const Prompt& prompt, Tokens block_tokens) {
  check(block_tokens > Tokens(0), "a block has at least one token");
  Cutter cutter(root_key(prompt.scope), block_tokens);
  cutter.reserve(length(prompt) / block_tokens + 1);
  for (const Piece& piece : prompt.pieces) cutter.take(piece);
  return cutter.finish(prompt.tail);
}

}  // namespace spillway::kv
