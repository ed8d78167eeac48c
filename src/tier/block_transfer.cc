// SPDX-License-Identifier: Apache-2.0
#include "tier/block_transfer.h"

#include <algorithm>
#include <cerrno>

#include "core/error.h"
#include "core/size_text.h"
#include "io/file.h"

namespace spillway::tier {
namespace {

const char* name_of(io::Direction direction) {
  return direction == io::Direction::read ? "read" : "write";
}

std::string what_failed(const char* doing, const BlockMove& move) {
  return std::string(doing) + " block " + kv::to_text(move.key) + ": ";
}

}  // namespace

io::Transfer transfer_of(const BlockMove& move, io::Direction direction, int file,
                         std::uint64_t offset) {
  check(move.size.count() > 0, "a block has bytes");
  check(direction == io::Direction::read || move.source != nullptr, "a write has a source");
  io::Transfer transfer;
  transfer.direction = direction;
  transfer.file = file;
  transfer.offset = offset;
  transfer.length = padded(move.size);
  transfer.source = move.source;
  transfer.sink = move.sink;
  return transfer;
}

void settle(BlockMove& move, const io::Transfer& done, Time asked) {
  move.queue_wait = done.submitted - asked;
  move.latency = done.completed - asked;
  if (done.error != 0) {
    fail(move, name_of(done.direction), done.error);
  } else if (done.is_short) {
    move.error = stats::ErrorClass::short_transfer;
    move.error_text = what_failed(name_of(done.direction), move) + "fewer bytes than asked";
  }
}

void fail(BlockMove& move, const char* doing, int error_number) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  move.error = full ? stats::ErrorClass::no_space : stats::ErrorClass::io_error;
  move.error_text = what_failed(doing, move) + errno_text(error_number);
}

void require_block_alignment(int file, const std::string& path) {
  const io::Alignment needed = io::alignment_of(file);
  if (std::max(needed.memory, needed.offset) <= kBlockAlignment) return;
  throw Error("direct I/O on " + path + " needs an alignment of " + size_text(needed.offset) +
              ", and blocks are aligned to " + size_text(kBlockAlignment) +
              ": choose a directory on another drive");
}

}  // namespace spillway::tier
