// RequestRow: one request as it went, stamp by stamp; a line of requests.jsonl, the input of every
// sum about requests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/request_class.h"
#include "core/tier_id.h"

namespace spillway::record {

// How a request ended. An abandoned one was under way, or waiting, when the run stopped.
enum class Status : std::uint8_t { completed, failed, abandoned };
constexpr const char* name_of(Status status) {
  constexpr std::array<const char*, 3> kNames = {"completed", "failed", "abandoned"};
  return kNames.at(static_cast<std::size_t>(status));
}

// What an entry that is asked for again was stored for.
enum class ReuseKind : std::uint8_t { system_prompt, history, retrieval };
inline constexpr std::size_t kReuseKinds = 3;
inline constexpr std::array<ReuseKind, kReuseKinds> kAllReuseKinds = {
    ReuseKind::system_prompt, ReuseKind::history, ReuseKind::retrieval};
constexpr std::size_t index_of(ReuseKind kind) { return static_cast<std::size_t>(kind); }
constexpr const char* name_of(ReuseKind kind) {
  constexpr std::array<const char*, kReuseKinds> kNames = {"system_prompt", "history", "retrieval"};
  return kNames.at(index_of(kind));
}

// A stage that a request never reached.
inline constexpr std::int64_t kNever = -1;

// Plain bytes of one size, because they are spooled as they lie. Stamps are nanoseconds of the
// run's clock, or kNever.
struct RequestRow {
  // Bits of `flags`.
  static constexpr std::uint8_t kUsed = 1;       // tells a row from a hole in the spool
  static constexpr std::uint8_t kWarmUp = 2;     // before the measured window: not in the record
  static constexpr std::uint8_t kOversized = 4;  // larger than all tiers together
  static constexpr std::uint8_t kLate = 8;       // handed over later than it was due
  static constexpr std::uint8_t kClassed = 16;   // its class of service means something
  static constexpr std::uint8_t kEntries = 32;   // kept as whole entries (--request-model mlperf)

  std::uint64_t index = 0;  // place in the plan, from 0
  std::uint32_t user = 0;
  std::uint32_t turn = 0;
  Status status = Status::completed;
  std::uint8_t flags = kUsed;
  Qos qos = Qos::interactive;
  RequestPhase phase = RequestPhase::both;
  std::array<std::uint8_t, 4> unused{};  // names the padding, so that spooled bytes are determined
  std::uint64_t conversation = 0;        // 0 = it stands alone

  std::int64_t due = kNever;          // when the workload wanted it to start
  std::int64_t admitted = kNever;     // handed to the target: a place below --concurrency was free
  std::int64_t started = kNever;      // the replica began to serve it
  std::int64_t loaded = kNever;       // the blocks that hit are loaded
  std::int64_t first_token = kNever;  // the rest is computed: the first token is out
  std::int64_t done = kNever;         // the last token is out
  std::int64_t stored = kNever;       // its new blocks are stored, or were bypassed

  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t blocks_asked = 0;                     // block references of the prompt
  std::array<std::uint64_t, kTiers> blocks_hit{};     // of these, by the tier that held them
  std::uint64_t tokens_asked = 0;                     // tokens that could have hit
  std::uint64_t tokens_hit = 0;                       // tokens of the blocks that hit
  std::array<std::uint64_t, kTiers> read_bytes{};     // loaded for it
  std::array<std::uint64_t, kTiers> written_bytes{};  // stored for it, without demotions
  std::uint64_t failed_operations = 0;                // reads and writes of its blocks that failed

  std::int64_t tier_time = 0;   // ns that it waited for tiers, reads and writes, before it was done
  std::int64_t generation = 0;  // ns of modelled generation

  // Of whole entries only.
  std::int64_t entry_write = kNever;  // ns that storing its entry took
  std::int64_t decode_read = kNever;  // ns that all reads of its own entry took
  std::uint32_t decode_reads = 0;     // of its own entry, that brought it
  std::uint32_t decode_misses = 0;    // likewise, that did not find it
  std::array<std::uint32_t, kReuseKinds> reuse_asked{};
  std::array<std::uint32_t, kReuseKinds> reuse_hit{};
  std::array<std::uint32_t, kReuseKinds> reuse_tokens{};  // of those that hit
  std::uint32_t unused_too = 0;                           // padding, as above

  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  friend bool operator==(const RequestRow&, const RequestRow&) = default;
};
static_assert(std::is_trivially_copyable_v<RequestRow>);
static_assert(std::has_unique_object_representations_v<RequestRow>, "no hidden padding");

}  // namespace spillway::record
