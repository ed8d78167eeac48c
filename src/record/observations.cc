// SPDX-License-Identifier: Apache-2.0
#include "record/observations.h"

#include <algorithm>

namespace spillway::record {
namespace {

void add_stage(stats::Histogram& histogram, std::int64_t from, std::int64_t to) {
  if (from != kNever && to != kNever) histogram.add(std::max<std::int64_t>(to - from, 0));
}

}  // namespace

// How long an abandoned one would have taken is not known.
void Requests::add(const RequestRow& row) {
  if (row.has(RequestRow::kWarmUp)) {
    ++warm_up;
    return;
  }
  ++offered;
  if (row.has(RequestRow::kOversized)) ++oversized;
  if (row.has(RequestRow::kLate)) ++late;
  switch (row.status) {
    case Status::completed:
      ++completed;
      input_tokens += row.input_tokens;
      output_tokens += row.output_tokens;
      break;
    case Status::failed:
      ++failed;
      break;
    case Status::abandoned:
      ++abandoned;
      break;
  }
}

void Requests::merge(const Requests& other) {
  offered += other.offered;
  completed += other.completed;
  failed += other.failed;
  abandoned += other.abandoned;
  warm_up += other.warm_up;
  oversized += other.oversized;
  late += other.late;
  input_tokens += other.input_tokens;
  output_tokens += other.output_tokens;
}

void StageLatencies::add(const RequestRow& row) {
  add_stage(lateness, row.due, row.admitted);
  add_stage(queue_wait, row.due, row.started);
  add_stage(storage, row.started, row.loaded);
  add_stage(prefill, row.loaded, row.first_token);
  add_stage(ttft, row.due, row.first_token);
  add_stage(end_to_end, row.due, row.done);
  add_stage(write_back, row.done, row.stored);
  if (row.done != kNever) tier_time.add(row.tier_time);
}

void StageLatencies::merge(const StageLatencies& other) {
  lateness.merge(other.lateness);
  queue_wait.merge(other.queue_wait);
  storage.merge(other.storage);
  prefill.merge(other.prefill);
  ttft.merge(other.ttft);
  end_to_end.merge(other.end_to_end);
  write_back.merge(other.write_back);
  tier_time.merge(other.tier_time);
}

void TierCounters::merge(const TierCounters& other) {
  stats::TierCounters::merge(other);
  capacity_bytes = std::max(capacity_bytes, other.capacity_bytes);
  peak_bytes = std::max(peak_bytes, other.peak_bytes);
  held_bytes = std::max(held_bytes, other.held_bytes);
  held_blocks = std::max(held_blocks, other.held_blocks);
  modelled = modelled || other.modelled;
}

std::uint64_t Reuse::hits() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : blocks_hit) sum += count;
  return sum;
}

void Reuse::merge(const Reuse& other) {
  blocks_asked += other.blocks_asked;
  for (std::size_t i = 0; i < kTiers; ++i) blocks_hit.at(i) += other.blocks_hit.at(i);
  tokens_asked += other.tokens_asked;
  tokens_hit += other.tokens_hit;
}

void EntryFigures::add(const RequestRow& row) {
  for (std::size_t i = 0; i < kReuseKinds; ++i) {
    asked.at(i) += row.reuse_asked.at(i);
    hit.at(i) += row.reuse_hit.at(i);
    tokens_hit.at(i) += row.reuse_tokens.at(i);
  }
  decode_reads += row.decode_reads;
  decode_misses += row.decode_misses;
  if (row.status != Status::completed) return;
  if (row.entry_write != kNever) write.add(row.entry_write);
  if (row.decode_read != kNever) decode_read.add(row.decode_read);
  generation.add(row.generation);
}

void EntryFigures::merge(const EntryFigures& other) {
  for (std::size_t i = 0; i < kReuseKinds; ++i) {
    asked.at(i) += other.asked.at(i);
    hit.at(i) += other.hit.at(i);
    tokens_hit.at(i) += other.tokens_hit.at(i);
  }
  decode_reads += other.decode_reads;
  decode_misses += other.decode_misses;
  write.merge(other.write);
  decode_read.merge(other.decode_read);
  generation.merge(other.generation);
}

void ClassFigures::add(const RequestRow& row, const QosTarget& target) {
  requests.add(row);
  if (row.has(RequestRow::kWarmUp)) return;
  if (row.admitted != kNever) ++admitted;
  if (row.status != Status::completed) return;
  add_stage(queue_wait, row.due, row.started);
  add_stage(ttft, row.due, row.first_token);
  add_stage(end_to_end, row.due, row.done);
  tier_time.add(row.tier_time);
  if (row.first_token != kNever) add_ttft(row.first_token - row.due, target);
  if (row.tier_time <= target.tier_time_ns) ++met_tier_time;
}

void ClassFigures::add_ttft(std::int64_t nanoseconds, const QosTarget& target) {
  if (nanoseconds <= target.ttft_ns) ++met_ttft;
  for (std::size_t i = 0; i < met_tail.size(); ++i) {
    if (nanoseconds <= target.tail_ns.at(i)) ++met_tail.at(i);
  }
}

void ClassFigures::merge(const ClassFigures& other) {
  requests.merge(other.requests);
  admitted += other.admitted;
  met_ttft += other.met_ttft;
  met_tier_time += other.met_tier_time;
  for (std::size_t i = 0; i < met_tail.size(); ++i) met_tail.at(i) += other.met_tail.at(i);
  queue_wait.merge(other.queue_wait);
  ttft.merge(other.ttft);
  end_to_end.merge(other.end_to_end);
  tier_time.merge(other.tier_time);
}

void EngineSums::merge(const EngineSums& other) {
  busy_ns += other.busy_ns;
  wanting_ns += other.wanting_ns;
  depth_ns += other.depth_ns;
  read_piece.merge(other.read_piece);
  write_piece.merge(other.write_piece);
  loop_turn.merge(other.loop_turn);
}

void Verification::merge(const Verification& other) {
  blocks += other.blocks;
  corrupted += other.corrupted;
}

void Observations::add(const RequestRow& row) {
  requests.add(row);
  if (row.has(RequestRow::kClassed)) of(row.qos).add(row, targets.at(index_of(row.qos)));
  if (row.has(RequestRow::kWarmUp)) return;
  if (row.status == Status::completed) completed.add(row);
  if (row.status == Status::failed) failed.add(row);
  if (row.has(RequestRow::kEntries)) entries.add(row);
  if (row.started != kNever) {
    reuse.merge({.blocks_asked = row.blocks_asked,
                 .blocks_hit = row.blocks_hit,
                 .tokens_asked = row.tokens_asked,
                 .tokens_hit = row.tokens_hit});
  }
}

void Observations::add_error(std::string_view error_class, std::string_view text,
                             std::uint64_t count) {
  auto it = errors.find(error_class);
  if (it == errors.end())
    it = errors.emplace(error_class, ErrorCount{.example = std::string(text)}).first;
  it->second.count += count;
}

void Observations::merge(const Observations& other) {
  requests.merge(other.requests);
  completed.merge(other.completed);
  failed.merge(other.failed);
  for (std::size_t i = 0; i < kTiers; ++i) tiers.at(i).merge(other.tiers.at(i));
  reuse.merge(other.reuse);
  entries.merge(other.entries);
  for (std::size_t i = 0; i < kQosClasses; ++i) classes.at(i).merge(other.classes.at(i));
  if (targets == QosTargets{}) targets = other.targets;
  engine.merge(other.engine);
  verification.merge(other.verification);
  for (const auto& [error_class, error] : other.errors) {
    add_error(error_class, error.example, error.count);
  }
}

}  // namespace spillway::record
