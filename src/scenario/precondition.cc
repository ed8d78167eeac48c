// SPDX-License-Identifier: Apache-2.0
#include "scenario/precondition.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/error.h"
#include "core/size_text.h"
#include "tier/content_io.h"

namespace spillway::scenario {
namespace {

// A stop waits for what is under way, and progress shows what is done.
constexpr Bytes kLargestEntry = Bytes(32U << 20U);
constexpr std::uint64_t kFailuresInARow = 50;  // the MLPerf KV-cache benchmark gives up then, too
constexpr std::uint64_t kScope = 0x7072'6563'6f6e;  // no workload's entries have these keys

Bytes volume(const PreconditionConfig& config, Bytes capacity) {
  if (config.size != Bytes(0)) return config.size;
  if (capacity == kUnlimited) {
    throw Error(
        "--precondition: twice an unlimited storage tier has no end; give --precondition-size-gb "
        "or --storage-capacity-gb");
  }
  return capacity * 2;
}

// All writers find room while as much lies there already.
Bytes entry_size(Bytes entry, Bytes capacity, std::size_t writers) {
  Bytes size = std::min(entry, kLargestEntry);
  if (capacity != kUnlimited) size = std::min(size, Bytes(capacity.count() / (2 * writers)));
  const std::uint64_t units = size / tier::kBlockAlignment;
  return tier::kBlockAlignment * std::max<std::uint64_t>(units, 1);
}

}  // namespace

Preconditioner::Preconditioner(const PreconditionConfig& config, Bytes capacity, Bytes entry)
    : target_(volume(config, capacity)),
      entry_(entry_size(entry, capacity, config.writers)),
      writers_(config.writers) {}

async::Task<> Preconditioner::run(async::Loop& loop, PreconditionedTier tier, async::Stop& stop) {
  const Time begun = loop.now();
  while (Bytes(written_) < target_ && !stop.requested()) {
    std::vector<tier::BlockMove> moves = next_moves(tier);
    if (moves.empty()) {
      if (lying_.empty()) {
        throw Error(
            fmt::format("--precondition: the storage tier has no room for {}", size_text(entry_)));
      }
      co_await make_room(tier, writers_);
      continue;
    }
    std::vector<tier::ContentSource> sources;
    sources.reserve(moves.size());  // moves point to them
    for (tier::BlockMove& move : moves) {
      if (tier.content != nullptr) move.source = &sources.emplace_back(*tier.content, move.key);
    }
    co_await tier.store->write(moves);
    count(moves);
    elapsed_ = loop.now() - begun;
  }
  co_await make_room(tier, lying_.size());
}

// As many as there are writers, are missing, and find room.
std::vector<tier::BlockMove> Preconditioner::next_moves(PreconditionedTier& tier) {
  std::vector<tier::BlockMove> moves;
  Bytes planned(written_);
  while (moves.size() < writers_ && planned < target_) {
    tier::BlockMove move;
    move.key = kv::chain(kv::root_key(kScope), next_);
    move.size = entry_;
    const std::optional<tier::Placement> place = tier.room->reserve(move.key, entry_);
    if (!place) break;
    move.placement = *place;
    ++next_;
    planned += entry_;
    moves.push_back(move);
  }
  return moves;
}

async::Task<> Preconditioner::make_room(PreconditionedTier& tier, std::size_t entries) {
  for (std::size_t i = 0; i < entries && !lying_.empty(); ++i) {
    const tier::BlockMove oldest = lying_.front();
    lying_.pop_front();
    co_await tier.store->erase(std::span(&oldest.key, 1));
    tier.room->release(oldest.key, oldest.placement, oldest.size);
  }
}

void Preconditioner::count(std::vector<tier::BlockMove>& moves) {
  for (tier::BlockMove& move : moves) {
    if (move.error) {
      ++failed_;
      ++failed_in_a_row_;
      last_failure_ = move.error_text;
    } else {
      ++writes_;
      failed_in_a_row_ = 0;
      written_ += move.size.count();
    }
    move.source = nullptr;
    lying_.push_back(std::move(move));  // a torn one takes room, too
  }
  if (failed_in_a_row_ < kFailuresInARow) return;
  throw Error(fmt::format("--precondition: {} writes in a row failed, the last with: {}",
                          failed_in_a_row_, last_failure_));
}

record::Precondition Preconditioner::result() const {
  return {.target_bytes = target_.count(),
          .bytes = written_,
          .writes = writes_,
          .failed = failed_,
          .elapsed_ns = elapsed_.count()};
}

}  // namespace spillway::scenario
