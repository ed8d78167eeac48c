// Plan: moves that the index has decided on, each holding the marks that make it possible.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "cache/entry.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "kv/block_key.h"
#include "tier/store.h"

namespace spillway::cache {

class Index;

// A block on its way, or about to be deleted. While the mark is held the block is storing or
// leaving, its bytes are accounted for at both ends, and others wait for it. Settled by
// Index::settle() with what came of it; a mark that goes unsettled undoes itself: a block that was
// to be stored is absent, one that was to leave stays.
class Mark {
 public:
  enum class Kind : std::uint8_t {
    store,      // absent  -> resident in to(), or absent if it fails
    demotion,   // from()  -> resident in to() below, or absent if it fails: it had to leave
    promotion,  // from()  -> resident in to() above, or stays in from() if it fails
    deletion    // from()  -> absent
  };
  enum class Result : std::uint8_t { undone, done, failed };

  Mark(Mark&& other) noexcept : index_(std::exchange(other.index_, nullptr)), data_(other.data_) {}
  Mark& operator=(Mark&& other) noexcept {
    std::swap(index_, other.index_);
    std::swap(data_, other.data_);
    return *this;
  }
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;
  ~Mark();

  Kind kind() const { return data_.kind; }
  kv::BlockKey key() const { return data_.key; }
  Bytes size() const { return data_.size; }
  TierId from() const { return data_.from; }
  TierId to() const { return data_.to; }
  tier::Placement source() const { return data_.source; }
  // Where in to() the bytes go: known once the mark is placed (Index::place()).
  bool is_placed() const { return data_.placed; }
  tier::Placement target() const { return data_.target; }

  void set_result(Result result) { data_.result = result; }
  Result result() const { return data_.result; }

 private:
  friend class Index;
  struct Data {
    kv::BlockKey key;
    Bytes size;
    tier::Placement source, target;
    EntryId entry = kNoEntry;
    Kind kind = Kind::store;
    TierId from = TierId::gpu;
    TierId to = TierId::gpu;
    bool placed = false;
    Result result = Result::undone;
  };
  Mark(Index& index, const Data& data) : index_(&index), data_(data) {}

  Index* index_;  // null once settled
  Data data_;
};

// What one call of the index decided. The order of execution is: deletions; demotions from the
// lowest tier up, each of which has room once those before it have settled; then the arrivals.
struct Plan {
  std::vector<Mark> deletions;
  PerTier<std::vector<Mark>> demotions;  // by the tier they go to
  std::vector<Mark> arrivals;            // stores or promotions

  std::vector<kv::BlockKey> unsettled;  // asked for, but on the way for somebody else, or read
  std::size_t present = 0;              // asked for and resident already
  std::size_t refused = 0;              // asked for, and no tier can take them
  PerTier<std::uint64_t> bypasses{};    // tiers that were passed by, as everything was in use
};

// A block that stays where it is as long as somebody reads it.
struct Pin {
  kv::BlockKey key;
  Bytes size;
  tier::Placement placement;
  EntryId entry = kNoEntry;
  TierId tier = TierId::gpu;
};

// The leading run of a request's blocks that are resident, pinned. Unpins what is left when it
// goes, the last first, which counts as a use.
class Match {
 public:
  explicit Match(Index& index) : index_(&index) {}
  Match(Match&& other) noexcept : index_(other.index_), pins_(std::exchange(other.pins_, {})) {}
  Match& operator=(Match&& other) noexcept {
    std::swap(index_, other.index_);
    std::swap(pins_, other.pins_);
    return *this;
  }
  Match(const Match&) = delete;
  Match& operator=(const Match&) = delete;
  ~Match() { release(); }

  std::size_t blocks() const { return pins_.size(); }
  std::vector<Pin>& pins() { return pins_; }
  const std::vector<Pin>& pins() const { return pins_; }
  void release();

 private:
  Index* index_;
  std::vector<Pin> pins_;
};

}  // namespace spillway::cache
