// SPDX-License-Identifier: Apache-2.0
#include "kv/token_blocks.h"

#include "core/error.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spillway::kv {

// XXH3-64 with seed 0 over the little-endian ids: stable, and the same on every machine.
std::vector<BlockKey> token_block_keys(std::span<const TokenId> tokens, Tokens block_tokens,
                                       std::uint64_t scope) {
  check(block_tokens > Tokens(0), "a block has tokens");
  const std::size_t length = block_tokens.count();
  std::vector<BlockKey> keys;
  keys.reserve(tokens.size() / length);
  BlockKey parent = root_key(scope);
  for (; tokens.size() >= length; tokens = tokens.subspan(length)) {
    parent = chain(parent, XXH3_64bits(tokens.data(), length * sizeof(TokenId)));
    keys.push_back(parent);
  }
  return keys;
}

}  // namespace spillway::kv
