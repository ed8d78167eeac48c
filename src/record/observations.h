// Observations: what one shard saw in the measured window. Owned by the shard, merged after the
// join, so there are no locks; integers only, so that a merge gives the same in any order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "core/size_text.h"
#include "record/request_row.h"
#include "stats/histogram.h"
#include "stats/tier_counters.h"

namespace spillway::record {

// How many requests, and the tokens of the completed ones.
// offered = completed + failed + abandoned; warm-up requests are in none of the others.
struct Requests {
  std::uint64_t offered = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t abandoned = 0;
  std::uint64_t warm_up = 0;
  std::uint64_t oversized = 0;  // larger than all tiers together: served, never wholly cached
  std::uint64_t late = 0;       // handed over later than due; the lateness is in every latency
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;

  void add(const RequestRow& row);
  void merge(const Requests& other);
};

// Stages of requests of one status, in nanoseconds. A stage not reached adds nothing.
// ttft = queue_wait + storage + prefill, request by request.
struct StageLatencies {
  stats::Histogram lateness;    // due to admitted
  stats::Histogram queue_wait;  // due to started
  stats::Histogram storage;     // started to loaded: reading the blocks that hit, of all tiers
  stats::Histogram prefill;     // loaded to first token: computing the rest
  stats::Histogram ttft;        // due to first token
  stats::Histogram end_to_end;  // due to last token
  stats::Histogram write_back;  // last token to last block stored; 0 when that was earlier
  stats::Histogram tier_time;   // waiting for tiers, whatever for, before the last token

  void add(const RequestRow& row);
  void merge(const StageLatencies& other);
};

// One tier. What belongs to the tier as a whole is set by whoever owns the index, once, and a merge
// keeps the larger.
struct TierCounters : stats::TierCounters {
  std::uint64_t capacity_bytes = 0;  // 0 = the tier is off; kUnlimited.count() = it takes all
  std::uint64_t peak_bytes = 0;      // most it held, as footprints
  std::uint64_t held_bytes = 0;      // what it holds at the end, as footprints
  std::uint64_t held_blocks = 0;     // likewise
  bool modelled = false;             // its times are computed, not measured

  bool is_on() const { return capacity_bytes > 0; }
  bool is_unlimited() const { return capacity_bytes == kUnlimited.count(); }
  void merge(const TierCounters& other);
};

// What the cache saved. Hits count blocks whose bytes arrived; a read that failed is no hit.
struct Reuse {
  std::uint64_t blocks_asked = 0;
  std::array<std::uint64_t, kTiers> blocks_hit{};
  std::uint64_t tokens_asked = 0;
  std::uint64_t tokens_hit = 0;

  std::uint64_t hits() const;
  void merge(const Reuse& other);
};

// Whole entries (--request-model mlperf), which are asked for by purpose.
struct EntryFigures {
  std::array<std::uint64_t, kReuseKinds> asked{};
  std::array<std::uint64_t, kReuseKinds> hit{};
  std::array<std::uint64_t, kReuseKinds> tokens_hit{};
  std::uint64_t decode_reads = 0;   // of a request's own entry; no reuse
  std::uint64_t decode_misses = 0;  // likewise, which found it gone
  stats::Histogram write;           // ns: a request's entry is stored, wherever it went
  stats::Histogram decode_read;     // ns: all reads of a request's own entry
  stats::Histogram generation;      // ns: modelled

  void add(const RequestRow& row);
  void merge(const EntryFigures& other);
};

// What a class of service is promised: this share of its requests within the target.
inline constexpr double kSlaShare = 0.95;
// Promises of the time to first token to larger shares. Levels: MLPerf KV-cache benchmark.
struct SlaTail {
  std::string_view name;
  double share;
};
inline constexpr std::array<SlaTail, 3> kSlaTails = {{{.name = "p99", .share = 0.99},
                                                      {.name = "p999", .share = 0.999},
                                                      {.name = "p9999", .share = 0.9999}}};
struct QosTarget {
  std::int64_t ttft_ns = 0;
  std::int64_t tier_time_ns = 0;
  std::array<std::int64_t, kSlaTails.size()> tail_ns{};  // by kSlaTails; 0 = nothing promised
  friend bool operator==(const QosTarget&, const QosTarget&) = default;
};
using QosTargets = std::array<QosTarget, kQosClasses>;

// One class of service.
struct ClassFigures {
  Requests requests;
  std::uint64_t admitted = 0;       // handed to the target
  std::uint64_t met_ttft = 0;       // completed, first token within the target
  std::uint64_t met_tier_time = 0;  // completed, waited for tiers no longer than the target
  std::array<std::uint64_t, kSlaTails.size()> met_tail{};  // completed, first token within tail_ns
  stats::Histogram queue_wait;  // these four of completed requests, as in StageLatencies
  stats::Histogram ttft;
  stats::Histogram end_to_end;
  stats::Histogram tier_time;

  void add(const RequestRow& row, const QosTarget& target);
  void merge(const ClassFigures& other);

 private:
  void add_ttft(std::int64_t nanoseconds, const QosTarget& target);
};

// The I/O queue and the loop of a shard: the proof that we were not the bottleneck.
struct EngineSums {
  std::uint64_t busy_ns = 0;     // with at least one piece in the engine
  std::uint64_t wanting_ns = 0;  // with work queued or in the engine
  std::uint64_t depth_ns = 0;    // integral of pieces in flight: 2 years at depth 256 fit
  stats::Histogram read_piece;   // ns, submit to reap of one piece of an object
  stats::Histogram write_piece;  // likewise
  stats::Histogram loop_turn;    // ns of wall-clock time from one poll of the loop to the next

  void merge(const EngineSums& other);
};

struct Verification {
  std::uint64_t blocks = 0;     // read back and compared
  std::uint64_t corrupted = 0;  // of these, unlike what was written

  void merge(const Verification& other);
};

// A kind of failure, how often, and the first one's words.
struct ErrorCount {
  std::uint64_t count = 0;
  std::string example;
};

struct Observations {
  Requests requests;
  StageLatencies completed;
  StageLatencies failed;  // kept apart: an error page is quick, and would flatter the latencies
  std::array<TierCounters, kTiers> tiers;
  Reuse reuse;
  EntryFigures entries;
  std::array<ClassFigures, kQosClasses> classes;
  QosTargets targets{};  // by which the classes are judged; the same in all parts of a merge
  EngineSums engine;
  Verification verification;
  std::map<std::string, ErrorCount, std::less<>> errors;  // by class

  TierCounters& tier(TierId which) { return tiers.at(index_of(which)); }
  const TierCounters& tier(TierId which) const { return tiers.at(index_of(which)); }

  ClassFigures& of(Qos qos) { return classes.at(index_of(qos)); }
  const ClassFigures& of(Qos qos) const { return classes.at(index_of(qos)); }

  // Counts a request that has ended: numbers, latencies, reuse. A warm-up row only counts as such.
  void add(const RequestRow& row);
  // Counts a failure of a class such as "storage.read.io_error". Keeps the first text.
  void add_error(std::string_view error_class, std::string_view text, std::uint64_t count = 1);
  void merge(const Observations& other);
};

}  // namespace spillway::record
