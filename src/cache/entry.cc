// SPDX-License-Identifier: Apache-2.0
#include "cache/entry.h"

#include <memory>

#include "core/error.h"

namespace spillway::cache {
namespace {

constexpr std::size_t kMostEntries = kNoEntry;  // 4.29 billion: 275 GB of entries

}  // namespace

Entries::Entries(std::size_t reserved) {
  constexpr std::size_t kSegment = std::size_t{1} << kSegmentBits;
  check(reserved < kMostEntries, "an index reserves fewer than 2^32 blocks");
  if (reserved > 0) add_segments((reserved + kSegment - 1) / kSegment, true);
}

void Entries::add_segments(std::size_t count, bool touched) {
  constexpr std::size_t kSegmentBytes = sizeof(Entry) << kSegmentBits;
  const AlignedBuffer& memory = memory_.emplace_back(Bytes(count * kSegmentBytes));
  if (touched) memory.prefault();
  for (std::size_t i = 0; i < count; ++i) {
    segments_.push_back(reinterpret_cast<Entry*>(memory.bytes().data() + i * kSegmentBytes));
  }
}

EntryId Entries::take() {
  EntryId id = spare_;
  if (id != kNoEntry) {
    spare_ = (*this)[id].next;
  } else {
    id = made_++;
    check(made_ < kMostEntries, "an index holds fewer than 2^32 blocks");
    if ((id >> kSegmentBits) == segments_.size()) add_segments(1, false);
  }
  std::construct_at(&(*this)[id]);
  ++in_use_;
  return id;
}

void Entries::give_back(EntryId id) {
  Entry& entry = (*this)[id];
  entry.state = State::absent;
  entry.next = spare_;
  spare_ = id;
  --in_use_;
}

}  // namespace spillway::cache
