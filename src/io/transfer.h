// One object on its way between memory and a file, and what came of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/bytes.h"
#include "core/time.h"

namespace spillway::io {

enum class Direction : std::uint8_t { read, write };

// Where the bytes of a write come from, piece by piece, in any order of pieces. Called on the loop,
// never again after the transfer has failed; must not throw.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // The bytes from `offset` on, as many as `room` has: either written into `room` (aligned,
  // borrowed until the write is done) and returned, or memory of the source's own that stays put
  // until the transfer ends and is aligned for the file (no copy).
  virtual std::span<const std::byte> supply(Bytes offset, std::span<std::byte> room) = 0;
};

// Where the bytes of a read go, piece by piece, in any order of pieces. Called on the loop; must
// not throw.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  // Memory of the sink's own to read `length` bytes at `offset` straight into (aligned for the
  // file, in place until the transfer ends), or empty: then a buffer of the queue's is used.
  virtual std::span<std::byte> room(Bytes offset, Bytes length) = 0;
  // A piece that has arrived whole (a failed or short one is not handed over). `piece` is what
  // room() gave, or a buffer borrowed for this call.
  virtual void take(Bytes offset, std::span<const std::byte> piece) = 0;
};

// A request to move `length` bytes between a file and memory. `length` and `offset` are multiples
// of the file's direct-I/O alignment: ext4 sends what is misaligned through the page cache, in
// silence. The owner keeps it, and the source or sink, in place until it is done. Results are
// filled in by the queue.
struct Transfer {
  Direction direction = Direction::read;
  int file = -1;
  std::uint64_t offset = 0;  // in the file
  Bytes length;
  ByteSource* source = nullptr;  // of a write
  ByteSink* sink = nullptr;      // of a read; null: the bytes go nowhere

  int error = 0;                       // errno of the first failed piece; 0 when none failed
  bool is_short = false;               // a piece moved fewer bytes than asked
  Time queued = Time(Duration(0));     // handed to the queue
  Time submitted = Time(Duration(0));  // first piece handed to the kernel
  // Last piece back from the kernel; what its sink does with it comes after.
  Time completed = Time(Duration(0));

  bool ok() const { return error == 0 && !is_short; }
};

}  // namespace spillway::io
