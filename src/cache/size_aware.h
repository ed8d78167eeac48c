// SizeAware: many small blocks rather than few large ones, as far as they are used (GDSF).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "cache/options.h"
#include "cache/ranked_heap.h"
#include "cache/waterfall_placement.h"

namespace spillway::cache {

// Greedy-Dual-Size-Frequency: the block of least priority leaves, with
//   priority = clock + uses * cost / size
// taken when the block is used. The clock of a tier is the priority of what left it last, so what
// is not used any more grows old. Every miss costs the same (1): the ratio of hits is what is aimed
// at, not that of bytes. Where all blocks are of one size it is LFU with ageing. Equal priorities
// leave in the order of their last use. Uses are counted as by Lfu; a block that comes down gets
// its priority from the clock of the tier that it comes to. Source: Cherkasova, "Improving WWW
// Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy", HP Laboratories report
// HPL-98-69R1, 1998.
class SizeAware final : public WaterfallPlacement {
 public:
  explicit SizeAware(const CacheOptions& options);

  std::string_view name() const override { return "size-aware"; }

  EntryId victim(Entries& entries, TierId tier) override;
  void add_arrived(Entries& entries, EntryId id) override { add_used(entries, id); }
  void add_used(Entries& entries, EntryId id) override;
  void add_demoted(Entries& entries, EntryId id, TierId from) override;
  void put_back(Entries& entries, EntryId id) override;
  void refresh(Entries& entries, EntryId id) override;
  void withdraw(Entries& entries, EntryId id) override;

 private:
  void add(Entries& entries, EntryId id);

  PerTier<RankedHeap> heaps_;
  PerTier<double> clocks_{};
  std::uint64_t uses_ = 0;
};

}  // namespace spillway::cache
