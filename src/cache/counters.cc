// SPDX-License-Identifier: Apache-2.0
#include "cache/counters.h"

namespace spillway::cache {
namespace {

void merge_texts(ErrorTexts& texts, const ErrorTexts& others) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts.at(i).empty()) texts.at(i) = others.at(i);
  }
}

}  // namespace

void TierCounters::merge(const TierCounters& other) {
  stats::TierCounters::merge(other);
  merge_texts(read_error_texts, other.read_error_texts);
  merge_texts(write_error_texts, other.write_error_texts);
}

void CacheCounters::merge(const CacheCounters& other) {
  for (const TierId tier : kAllTiers) tiers[tier].merge(other.tiers[tier]);
  blocks_verified += other.blocks_verified;
  blocks_corrupted += other.blocks_corrupted;
  waits += other.waits;
  not_stored += other.not_stored;
}

}  // namespace spillway::cache
