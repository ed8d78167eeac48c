// Recorder: what a shard puts on record of its requests, and when the record is open.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "core/time.h"
#include "load/slice.h"
#include "record/observations.h"
#include "record/request_log.h"
#include "record/request_row.h"

namespace spillway::load {

// Numbers for the progress line, read by another thread while the shards run.
struct LiveFigures {
  std::atomic<std::uint64_t> completed = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> in_flight = 0;
  std::atomic<std::uint64_t> read_bytes = 0;   // from the storage tier
  std::atomic<std::uint64_t> write_bytes = 0;  // to the storage tier
  std::atomic<std::uint64_t> blocks_asked = 0;
  std::atomic<std::uint64_t> blocks_hit = 0;
};

// One a shard, on its thread. The measured window is [open, close): a request that was due before
// it is warm-up; one that had not ended when it closed is abandoned, however it ended later.
// Times are nanoseconds since the start of the run.
class Recorder {
 public:
  // `storage_written`: bytes this shard's cache has written to the storage tier, demotions
  // included; it may start again at 0. For the live figures only.
  using Written = std::function<std::uint64_t()>;
  // `targets`: what the classes of service are promised.
  Recorder(record::RequestLog& log, LiveFigures& live, Written storage_written = nullptr,
           const record::QosTargets& targets = {})
      : log_(log), live_(live), storage_written_(std::move(storage_written)) {
    observations_.targets = targets;
  }

  void open(std::int64_t now) { opened_ = now; }
  void close(std::int64_t now) { closed_ = now; }
  bool is_closed() const { return closed_ != record::kNever; }
  std::int64_t opened() const { return opened_; }
  std::int64_t closed() const { return closed_; }

  // A user sends a request, which is due then; it may have to wait. For slices only.
  void sent(std::int64_t due);
  // A request that was due then is under way.
  void begin(std::int64_t due);
  // The same request is no longer under way; its row follows.
  void end(std::int64_t due);
  // A request that has ended, its write-back included, or that was never sent.
  void add(record::RequestRow row);

  record::Observations& observations() { return observations_; }
  // What there would be if the run ended now: requests under way are abandoned.
  record::Observations so_far() const;
  LiveFigures& live() { return live_; }

  // A step of the load begins: from here on slices are kept, of requests due from now on.
  void begin_step(std::uint64_t step, std::int64_t now);
  // What happened since the last cut or the step's beginning; the next slice begins. Nothing before
  // the first step.
  Slice cut_slice(std::int64_t now);

 private:
  bool in_warm_up(std::int64_t due) const { return opened_ == record::kNever || due < opened_; }
  void show(const record::RequestRow& row);

  record::RequestLog& log_;
  LiveFigures& live_;
  Written storage_written_;
  std::uint64_t last_written_ = 0;
  record::Observations observations_;
  std::multiset<std::int64_t> under_way_;  // by when they were due
  std::int64_t opened_ = record::kNever;
  std::int64_t closed_ = record::kNever;
  std::optional<Slice> slice_;
  std::int64_t step_began_ = 0;
};

}  // namespace spillway::load
