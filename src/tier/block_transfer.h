// From a block's move to a transfer of the queue, and back to what came of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "core/time.h"
#include "io/transfer.h"
#include "tier/store.h"

namespace spillway::tier {

// The padded block as one transfer at `offset` of the file.
io::Transfer transfer_of(const BlockMove& move, io::Direction direction, int file,
                         std::uint64_t offset);

// Fills in latency and queue wait from `asked` on, and the failure if there is one.
void settle(BlockMove& move, const io::Transfer& done, Time asked);

// Marks the move as failed while doing this ("write", "create"), by the class of an errno value: a
// full disk or quota is no_space, everything else io_error.
void fail(BlockMove& move, const char* doing, int error_number);

// Throws Error when direct I/O on the file needs more than kBlockAlignment.
void require_block_alignment(int file, const std::string& path);

}  // namespace spillway::tier
