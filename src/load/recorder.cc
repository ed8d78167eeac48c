// SPDX-License-Identifier: Apache-2.0
#include "load/recorder.h"

#include <numeric>
#include <utility>

namespace spillway::load {

using record::RequestRow;
using record::Status;

namespace {

Slice next_slice(std::uint64_t step, std::int64_t start) {
  Slice slice;
  slice.step = step;
  slice.start = start;
  return slice;
}

}  // namespace

void Recorder::sent(std::int64_t due) {
  if (slice_ && due >= step_began_) ++slice_->sent;
}

void Recorder::begin(std::int64_t due) {
  under_way_.insert(due);
  live_.in_flight.fetch_add(1, std::memory_order_relaxed);
}

void Recorder::end(std::int64_t due) {
  under_way_.erase(under_way_.find(due));
  live_.in_flight.fetch_sub(1, std::memory_order_relaxed);
}

void Recorder::add(RequestRow row) {
  const bool unfinished = row.done == record::kNever || (is_closed() && row.done > closed_);
  if (row.status == Status::completed && unfinished) row.status = Status::abandoned;
  if (in_warm_up(row.due)) row.flags |= RequestRow::kWarmUp;
  observations_.add(row);
  if (slice_ && row.due >= step_began_) slice_->add(row);
  log_.add(row);
  show(row);
}

record::Observations Recorder::so_far() const {
  record::Observations seen = observations_;
  for (const std::int64_t due : under_way_) {
    RequestRow row;
    row.status = Status::abandoned;
    if (in_warm_up(due)) row.flags |= RequestRow::kWarmUp;
    seen.add(row);
  }
  return seen;
}

void Recorder::begin_step(std::uint64_t step, std::int64_t now) {
  slice_ = next_slice(step, now);
  step_began_ = now;
}

Slice Recorder::cut_slice(std::int64_t now) {
  if (!slice_) return {};
  Slice done = std::exchange(*slice_, next_slice(slice_->step, now));
  done.end = now;
  return done;
}

void Recorder::show(const RequestRow& row) {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  constexpr std::size_t kStorage = index_of(TierId::storage);
  if (row.status == Status::completed) live_.completed.fetch_add(1, kRelaxed);
  if (row.status == Status::failed) live_.failed.fetch_add(1, kRelaxed);
  live_.read_bytes.fetch_add(row.read_bytes.at(kStorage), kRelaxed);
  if (storage_written_) {
    const std::uint64_t written = storage_written_();
    live_.write_bytes.fetch_add(written < last_written_ ? written : written - last_written_,
                                kRelaxed);
    last_written_ = written;
  }
  live_.blocks_asked.fetch_add(row.blocks_asked, kRelaxed);
  live_.blocks_hit.fetch_add(
      std::accumulate(row.blocks_hit.begin(), row.blocks_hit.end(), std::uint64_t{0}), kRelaxed);
}

}  // namespace spillway::load
