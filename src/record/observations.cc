// SPDX-License-Identifier: Apache-2.0
#include "record/observations.h"

#include <algorithm>

namespace spillway::record {
namespace {

void add_stage(stats::Histogram& histogram, std::int64_t from, std::int64_t to) {
  if (from != kNever && to != kNever) histogram.add(std::max<std::int64_t>(to - from, 0));
}

}  // namespace

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
}

void StageLatencies::merge(const StageLatencies& other) {
  lateness.merge(other.lateness);
  queue_wait.merge(other.queue_wait);
  storage.merge(other.storage);
  prefill.merge(other.prefill);
  ttft.merge(other.ttft);
  end_to_end.merge(other.end_to_end);
  write_back.merge(other.write_back);
}

void TierCounters::merge(const TierCounters& other) {
  stats::TierCounters::merge(other);
  capacity_bytes = std::max(capacity_bytes, other.capacity_bytes);
  peak_bytes = std::max(peak_bytes, other.peak_bytes);
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
  if (row.has(RequestRow::kWarmUp)) {
    ++requests.warm_up;
    return;
  }
  ++requests.offered;
  if (row.has(RequestRow::kOversized)) ++requests.oversized;
  if (row.has(RequestRow::kLate)) ++requests.late;

  switch (row.status) {
    case Status::completed:
      ++requests.completed;
      requests.input_tokens += row.input_tokens;
      requests.output_tokens += row.output_tokens;
      completed.add(row);
      break;
    case Status::failed:
      ++requests.failed;
      failed.add(row);
      break;
    case Status::abandoned:
      ++requests.abandoned;  // how long it would have taken is not known
      break;
  }
  if (row.started != kNever) {
    reuse.merge({.blocks_asked = row.blocks_asked,
                 .blocks_hit = row.blocks_hit,
                 .tokens_asked = row.input_tokens,
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
  engine.merge(other.engine);
  verification.merge(other.verification);
  for (const auto& [error_class, error] : other.errors) {
    add_error(error_class, error.example, error.count);
  }
}

}  // namespace spillway::record
