// Slice: what a shard did between two cuts of the clock, for whoever steers the load.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.h"
#include "record/request_row.h"
#include "stats/histogram.h"

namespace spillway::load {

// Of requests that were due in the step it belongs to; what an earlier step left behind is in none.
struct Slice {
  std::uint64_t step = 0;  // which setting of the load, counted from 0
  std::int64_t start = 0;  // ns since the start of the run
  std::int64_t end = 0;
  std::uint64_t users = 0;  // who were sending at its end
  std::uint64_t sent = 0;   // requests of users, that may have had to wait
  std::uint64_t completed = 0;
  std::uint64_t input_tokens = 0;  // these two of the completed ones
  std::uint64_t output_tokens = 0;
  std::int64_t waited = 0;        // ns, due to started, summed over the completed ones
  stats::Histogram ttft;          // ns, these two of the completed ones
  stats::Histogram tier_time;     // waiting for tiers
  stats::Histogram storage_read;  // ns, these two of the storage tier's operations that ended in it
  stats::Histogram storage_write;
  std::uint64_t storage_bytes = 0;  // read and written

  double seconds() const { return to_seconds(Duration(end - start)); }

  void add(const record::RequestRow& row) {
    if (row.status != record::Status::completed) return;
    ++completed;
    input_tokens += row.input_tokens;
    output_tokens += row.output_tokens;
    if (row.started != record::kNever) waited += row.started - row.due;
    if (row.first_token != record::kNever) ttft.add(row.first_token - row.due);
    tier_time.add(row.tier_time);
  }

  // Of another shard, or of the next stretch of time.
  void merge(const Slice& other) {
    users += other.users;
    sent += other.sent;
    completed += other.completed;
    input_tokens += other.input_tokens;
    output_tokens += other.output_tokens;
    waited += other.waited;
    ttft.merge(other.ttft);
    tier_time.merge(other.tier_time);
    storage_read.merge(other.storage_read);
    storage_write.merge(other.storage_write);
    storage_bytes += other.storage_bytes;
    start = std::min(start, other.start);
    end = std::max(end, other.end);
  }
};

}  // namespace spillway::load
