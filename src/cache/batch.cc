// SPDX-License-Identifier: Apache-2.0
#include "cache/batch.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace spillway::cache {
namespace {

// Small enough to stay in a core's second-level cache beside everything else.
constexpr std::size_t kTransitBytes = std::size_t{64} << 10U;

void count_moves(std::span<const tier::BlockMove> moves, stats::Traffic& traffic,
                 ErrorTexts& texts) {
  for (const tier::BlockMove& move : moves) {
    if (!move.error) {
      traffic.add(move.size.count(), move.latency.count(), move.queue_wait.count());
      continue;
    }
    traffic.add_error(*move.error);
    std::string& text = texts.at(static_cast<std::size_t>(*move.error));
    if (text.empty()) text = move.error_text;
  }
}

}  // namespace

std::span<std::byte> TransitSink::room(Bytes /*offset*/, Bytes /*length*/) { return {}; }

void TransitSink::take(Bytes /*offset*/, std::span<const std::byte> piece) {
  static thread_local std::array<std::byte, kTransitBytes> transit;
  while (!piece.empty()) {
    const std::size_t part = std::min(piece.size(), transit.size());
    std::memcpy(transit.data(), piece.data(), part);
    asm volatile("" : : "r"(transit.data()) : "memory");  // nobody reads it: copy it all the same
    piece = piece.subspan(part);
  }
}

ReadBatch::ReadBatch(tier::Store& store, const kv::BlockContent* content, kv::Verify verify,
                     std::size_t count)
    : store_(store), content_(content), verify_(verify) {
  moves_.reserve(count);
  // Moves point to their sinks, so these never move.
  if (content != nullptr && verify != kv::Verify::off) verifying_.reserve(count);
}

void ReadBatch::add(const kv::BlockKey& key, tier::Placement placement, Bytes size,
                    bool passes_through) {
  tier::BlockMove& move = moves_.emplace_back();
  move.key = key;
  move.placement = placement;
  move.size = size;
  if (content_ == nullptr) return;
  if (kv::selects(verify_, key)) {
    verified_.push_back(moves_.size() - 1);
    move.sink = &verifying_.emplace_back(*content_, key, verify_);
  } else if (passes_through && !store_.memory(placement, size).empty()) {
    move.sink = &transit_;
  }
}

// A modelled store calls no sinks: what it "read" counts as not verified.
void ReadBatch::judge_and_count(TierCounters& tier, CacheCounters& all) {
  for (std::size_t i = 0; i < verified_.size(); ++i) {
    tier::BlockMove& move = moves_[verified_[i]];
    if (move.error || verifying_[i].checked() < move.size) continue;
    tier::judge(move, verifying_[i]);
    ++all.blocks_verified;
    if (move.error) ++all.blocks_corrupted;
  }
  count_moves(moves_, tier.read, tier.read_error_texts);
}

WriteBatch::WriteBatch(const kv::BlockContent* content, std::size_t count) : content_(content) {
  moves_.reserve(count);
  if (content == nullptr) return;
  made_.reserve(count);
  from_memory_.reserve(count);
}

void WriteBatch::add(const kv::BlockKey& key, tier::Placement placement, Bytes size,
                     std::span<const std::byte> memory) {
  tier::BlockMove& move = moves_.emplace_back();
  move.key = key;
  move.placement = placement;
  move.size = size;
  if (content_ == nullptr) return;
  if (memory.empty()) {
    move.source = &made_.emplace_back(*content_, key);
  } else {
    move.source = &from_memory_.emplace_back(memory);
  }
}

void WriteBatch::count(TierCounters& tier) const {
  count_moves(moves_, tier.write, tier.write_error_texts);
}

}  // namespace spillway::cache
