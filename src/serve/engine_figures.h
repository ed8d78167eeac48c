// EngineFigures: what a serving engine has done and holds, for whoever shows or compares it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/tier_id.h"
#include "stats/histogram.h"

namespace spillway::serve {

// Blocks that moved between the tiers of a block manager, by the names that Dynamo's uses: device
// is the accelerator's memory, host is RAM, and the second "d" of d2d is the disk (offload) or the
// accelerator (onboard).
struct BlockMoves {
  std::uint64_t offload_d2h = 0;  // device to host
  std::uint64_t offload_h2d = 0;  // host to disk
  std::uint64_t offload_d2d = 0;  // device to disk, past the host
  std::uint64_t onboard_h2d = 0;  // host to device
  std::uint64_t onboard_d2d = 0;  // disk to device

  friend bool operator==(const BlockMoves&, const BlockMoves&) = default;
};

// Counters run from the engine's start; gauges are of now. Tokens of hits are whole blocks' tokens,
// by the tier that they came from; gpu is the device's own prefix cache.
struct EngineFigures {
  std::uint64_t requests_received = 0;
  std::uint64_t requests_completed = 0;
  std::uint64_t requests_refused = 0;    // too large for the engine
  std::uint64_t requests_cancelled = 0;  // the client went away, or the server stopped
  std::uint64_t preemptions = 0;         // lost their place on the device, and began again
  std::uint64_t prompt_tokens = 0;       // of requests whose prefix was looked up
  std::uint64_t generated_tokens = 0;
  std::uint64_t prefilled_tokens = 0;  // computed, not found; after a preemption again
  PerTier<std::uint64_t> hit_tokens{};

  BlockMoves moves;
  PerTier<std::uint64_t> blocks_asked{};    // looked up in the tier: those that no tier above had
  PerTier<std::uint64_t> blocks_hit{};      // of these
  PerTier<std::uint64_t> blocks_evicted{};  // left the tier for others
  PerTier<std::uint64_t> capacity_blocks{};
  PerTier<std::uint64_t> used_blocks{};  // now; of the gpu: by requests under way and by the cache
  std::uint64_t filtered_blocks = 0;     // not written to disk: the admission filter said no
  std::uint64_t dropped_blocks = 0;      // not offloaded: no room, a failed write, or a full queue
  std::uint64_t failed_blocks = 0;       // reads that failed: computed anew
  std::uint64_t disk_bytes_read = 0;
  std::uint64_t disk_bytes_written = 0;

  std::uint64_t running = 0;  // on the device, now
  std::uint64_t waiting = 0;  // for a place there, now

  // Nanoseconds, of requests that completed.
  stats::Histogram first_token;  // from arrival
  stats::Histogram inter_token;  // between two tokens of one request
  stats::Histogram request;      // from arrival to the last token
  stats::Histogram queue;        // from arrival to a place on the device
  stats::Histogram disk_fetch;   // all blocks that one request had from disk
  std::uint64_t block_bytes = 0;
  std::uint64_t block_tokens = 0;
};

}  // namespace spillway::serve
