// RequestRow: one request as it went, stamp by stamp; a line of requests.jsonl, the input of every
// sum about requests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/tier_id.h"

namespace spillway::record {

// How a request ended. An abandoned one was under way, or waiting, when the run stopped.
enum class Status : std::uint8_t { completed, failed, abandoned };
constexpr const char* name_of(Status status) {
  constexpr std::array<const char*, 3> kNames = {"completed", "failed", "abandoned"};
  return kNames.at(static_cast<std::size_t>(status));
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

  std::uint64_t index = 0;  // place in the plan, from 0
  std::uint32_t user = 0;
  std::uint32_t turn = 0;
  Status status = Status::completed;
  std::uint8_t flags = kUsed;
  std::array<std::uint8_t, 6> unused{};  // names the padding, so that spooled bytes are determined

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
  std::uint64_t tokens_hit = 0;                       // tokens of the blocks that hit
  std::array<std::uint64_t, kTiers> read_bytes{};     // loaded for it
  std::array<std::uint64_t, kTiers> written_bytes{};  // stored for it, without demotions
  std::uint64_t failed_operations = 0;                // reads and writes of its blocks that failed

  bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
  friend bool operator==(const RequestRow&, const RequestRow&) = default;
};
static_assert(std::is_trivially_copyable_v<RequestRow>);
static_assert(std::has_unique_object_representations_v<RequestRow>, "no hidden padding");

}  // namespace spillway::record
