// AdmissionFilter: which blocks are worth a write to disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kv/block_key.h"
#include "kv/verify.h"

namespace spillway::serve {

// Counts the requests that have had a block in their prompt, and admits those that had it often
// enough: of traffic that is seen once nothing is written, and nothing pushed out. Dynamo's block
// manager filters by frequency, too, with 2 as its threshold.
//
// The table is bounded, in sets of four. Where a newcomer finds its set full all counts in it are
// halved, and what was seen once is forgotten, as in TinyLFU's ageing (Einziger et al., ACM TOS
// 13(4), 2017), but four at a time; if none goes, the newcomer takes the place of the smallest.
class AdmissionFilter {
 public:
  // `threshold` 0 or 1 admits everything and keeps nothing. `entries`: of the table, 16 bytes each.
  AdmissionFilter(std::uint32_t threshold, std::size_t entries);

  // A request had these in its prompt.
  void count(std::span<const kv::BlockKey> keys);
  bool admits(const kv::BlockKey& key) const;
  void forget();

 private:
  struct Counted {
    std::uint64_t key = 0;  // half of it: two blocks are mixed up with probability 2^-64
    std::uint32_t times = 0;
  };
  using Set = std::array<Counted, 4>;

  static Counted& place_in(Set& set);
  // Both halves count, so that keys that are no hashes spread as well.
  std::size_t set_of(const kv::BlockKey& key) const {
    return (key.high ^ (key.low * kv::kGoldenRatio >> 32U)) % sets_.size();
  }

  std::uint32_t threshold_;
  std::vector<Set> sets_;
};

}  // namespace spillway::serve
