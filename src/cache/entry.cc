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
  const std::size_t segments = (reserved + kSegment - 1) / kSegment;
  reserved_ = AlignedBuffer(Bytes(segments * kSegment * sizeof(Entry)));
  reserved_.prefault();
  auto* const first = reinterpret_cast<Entry*>(reserved_.bytes().data());
  for (std::size_t i = 0; i < segments; ++i) segments_.push_back(first + i * kSegment);
}

void Entries::add_segment() {
  auto& memory =
      grown_.emplace_back(std::make_unique_for_overwrite<Raw[]>(std::size_t{1} << kSegmentBits));
  segments_.push_back(reinterpret_cast<Entry*>(memory.get()));
}

EntryId Entries::take() {
  EntryId id = spare_;
  if (id != kNoEntry) {
    spare_ = (*this)[id].next;
  } else {
    id = made_++;
    check(made_ < kMostEntries, "an index holds fewer than 2^32 blocks");
    if ((id >> kSegmentBits) == segments_.size()) add_segment();
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
