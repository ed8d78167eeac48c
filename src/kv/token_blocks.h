// The blocks of a sequence of tokens.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.h"
#include "kv/block_key.h"
#include "kv/tokenizer.h"

namespace spillway::kv {

// The keys of the whole blocks of `block_tokens` (above zero) tokens each; a rest is dropped, as
// engines do. The i-th keys of two sequences of one scope are equal if and only if their first
// (i + 1) x block_tokens tokens are (but for a chance of 2^-64 a block).
std::vector<BlockKey> token_block_keys(std::span<const TokenId> tokens, Tokens block_tokens,
                                       std::uint64_t scope = 0);

}  // namespace spillway::kv
