// SPDX-License-Identifier: Apache-2.0
#include "cache/s3_fifo.h"

#include <algorithm>

namespace spillway::cache {
namespace {

// Entry::uses holds the count of reads, two bits, and above them whether it is the main queue's.
constexpr std::uint32_t kMostReads = 3;
constexpr std::uint32_t kInMain = 4;

std::uint32_t reads_of(const Entry& entry) { return entry.uses & kMostReads; }
bool in_main(const Entry& entry) { return (entry.uses & kInMain) != 0; }

}  // namespace

S3Fifo::S3Fifo(const CacheOptions& options) : WaterfallPlacement(options) {
  for (const TierId tier : kAllTiers) {
    Queues& queues = queues_.emplace_back(filled(tier));
    queues.small.reserve(options.reserve_blocks);
    queues.main.reserve(options.reserve_blocks);
  }
}

EntryId S3Fifo::victim(Entries& entries, TierId tier) {
  Queues& queues = queues_[index_of(tier)];
  while (true) {
    const bool from_small =
        !queues.small.empty() && (queues.small_size >= queues.share || queues.main.empty());
    if (!from_small && queues.main.empty()) return kNoEntry;
    const EntryId oldest = from_small ? queues.small.least() : queues.main.least();
    const Entry& entry = entries[oldest];
    const std::uint32_t reads = reads_of(entry);
    if (from_small && reads <= 1) {
      queues.ghosts.add(entry.key, entry.size);
      return oldest;
    }
    if (!from_small && reads == 0) return oldest;
    withdraw(entries, oldest);
    enter_main(entries, oldest, from_small ? 0 : reads - 1);
  }
}

void S3Fifo::add_arrived(Entries& entries, EntryId id) {
  Entry& entry = entries[id];
  if (queues_[index_of(entry.tier)].ghosts.take(entry.key)) {
    enter_main(entries, id, 0);
    return;
  }
  entry.uses = 0;
  entry.last_use = ++arrivals_;
  stand(entries, id);
}

void S3Fifo::add_used(Entries& entries, EntryId id) {
  Entry& entry = entries[id];
  if (reads_of(entry) < kMostReads) ++entry.uses;
  stand(entries, id);
}

void S3Fifo::add_demoted(Entries& entries, EntryId id, TierId /*from*/) {
  add_arrived(entries, id);
}

// What was to leave is no ghost.
void S3Fifo::put_back(Entries& entries, EntryId id) {
  const Entry& entry = entries[id];
  queues_[index_of(entry.tier)].ghosts.take(entry.key);
  stand(entries, id);
}

void S3Fifo::withdraw(Entries& entries, EntryId id) {
  const Entry& entry = entries[id];
  Queues& queues = queues_[index_of(entry.tier)];
  if (!in_main(entry)) queues.small_size -= entry.size;
  (in_main(entry) ? queues.main : queues.small).remove(entries, id);
}

void S3Fifo::enter_main(Entries& entries, EntryId id, std::uint32_t reads) {
  Entry& entry = entries[id];
  entry.uses = kInMain | reads;
  entry.last_use = ++arrivals_;
  stand(entries, id);
}

// At the place in its queue that it has by its arrival.
void S3Fifo::stand(Entries& entries, EntryId id) {
  const Entry& entry = entries[id];
  Queues& queues = queues_[index_of(entry.tier)];
  if (!in_main(entry)) queues.small_size += entry.size;
  (in_main(entry) ? queues.main : queues.small)
      .add(entries, id, {.value = entry.last_use, .order = 0});
}

}  // namespace spillway::cache
