// Policy: who leaves a tier, and where a block goes. It decides about entries and moves no bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "cache/entry.h"
#include "core/bytes.h"
#include "core/tier_id.h"

namespace spillway::cache {

// Called by the index under its lock, so each call is O(log n) at most (amortised) and makes no
// system calls. Candidates to leave are resident blocks that nobody reads; the index says which
// become that and cease to be. What an entry keeps for its policy is the policy's to use. Nothing
// that differs from run to run (addresses, wall-clock time, hash order) may reach a decision.
class Policy {
 public:
  virtual ~Policy() = default;

  virtual std::string_view name() const = 0;

  // Where a new block may go, and a used one may move up to: the first that takes it gets it.
  virtual std::span<const TierId> admission_order() const = 0;
  // Where a block that leaves `tier` may go. If none of them takes it, it is deleted.
  virtual std::span<const TierId> below(TierId tier) const = 0;
  // Whether a block of this footprint belongs into the tier, which has `occupied` bytes, at all.
  virtual bool accepts(TierId tier, Bytes occupied, Bytes footprint) const = 0;
  // Whether a tier with `occupied` bytes takes another `footprint` without anybody leaving.
  virtual bool has_room(TierId tier, Bytes occupied, Bytes footprint) const = 0;

  // Chooses who leaves `tier` next; kNoEntry when there is no candidate. The caller withdraws it
  // before it asks again.
  virtual EntryId victim(Entries& entries, TierId tier) = 0;

  // The entry, which was not a candidate, is one now in entry.tier ...
  virtual void add_arrived(Entries& entries, EntryId id) = 0;  // ... stored there, or moved up
  virtual void add_used(Entries& entries, EntryId id) = 0;     // ... again, after it was read
  virtual void add_demoted(Entries& entries, EntryId id, TierId from) = 0;  // ... come down
  virtual void put_back(Entries& entries, EntryId id) = 0;  // ... again, as if it never ceased to
  // The candidate belongs to a request that has just ended: it is young, but was not read again.
  virtual void refresh(Entries& entries, EntryId id) = 0;
  // The entry ceases to be a candidate: it is being read, or leaves.
  virtual void withdraw(Entries& entries, EntryId id) = 0;
};

}  // namespace spillway::cache
