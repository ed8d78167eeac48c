// Preconditioner: writes to the storage tier before a run, so that the drive is a used one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "kv/content.h"
#include "record/beside.h"
#include "scenario/precondition_settings.h"
#include "tier/store.h"

namespace spillway::scenario {

// The tier that is written to.
struct PreconditionedTier {
  tier::Store* store = nullptr;
  tier::Room* room = nullptr;
  const kv::BlockContent* content = nullptr;  // none where no tier holds bytes
};

// Writes past cache and index: from one end of the tier to the other and round again, where a full
// tier gives up the oldest. Nothing stays in the tier and nothing is in the run's figures. Runs on
// one shard; written() is for any thread.
class Preconditioner {
 public:
  // `entry`: what is written at a time, less where the tier or the patience of a stop ask for it.
  // Throws Error when the volume follows from the capacity and that has no end.
  Preconditioner(const PreconditionConfig& config, Bytes capacity, Bytes entry);

  // Until the volume is written, or stopped. Throws Error after 50 failures in a row.
  async::Task<> run(async::Loop& loop, PreconditionedTier tier, async::Stop& stop);

  Bytes target() const { return target_; }
  Bytes written() const { return Bytes(written_); }
  record::Precondition result() const;

 private:
  std::vector<tier::BlockMove> next_moves(PreconditionedTier& tier);
  async::Task<> make_room(PreconditionedTier& tier, std::size_t entries);
  void count(std::vector<tier::BlockMove>& moves);

  Bytes target_;
  Bytes entry_;
  std::size_t writers_;
  std::uint64_t next_ = 0;             // number of the next entry
  std::deque<tier::BlockMove> lying_;  // in the tier, the oldest first
  std::atomic<std::uint64_t> written_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t failed_in_a_row_ = 0;
  std::string last_failure_;
  Duration elapsed_{};
};

}  // namespace spillway::scenario
