// The bytes of a block, made from its key: nothing to store, and every wrong bit is found.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/bytes.h"
#include "kv/block_key.h"

namespace spillway::kv {

// The content of every block of a run. It depends on (seed, key, offset) only, is the same on every
// machine, does not compress, and no 4 KiB page of it equals another, in the same block or in any
// other: neither a compressing nor a deduplicating drive gains by it. May be used by many threads.
//
// Offsets are multiples of 4 KiB; a span that ends inside of a page takes the page's beginning.
// A page is 128-bit-seeded noise: among 2^40 pages (4 PiB) two are equal with probability 2^-49.
class BlockContent {
 public:
  explicit BlockContent(std::uint64_t seed) : seed_(seed) {}

  // Writes the bytes that the block has at [offset, offset + to.size()).
  void fill(BlockKey key, Bytes offset, std::span<std::byte> to) const;

  // Where in `from` the first byte lies that is not what fill() wrote; nothing when all are right.
  std::optional<std::uint64_t> find_corruption(BlockKey key, Bytes offset,
                                               std::span<const std::byte> from) const;

 private:
  std::uint64_t seed_;
};

}  // namespace spillway::kv
