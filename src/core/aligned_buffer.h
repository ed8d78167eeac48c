// Memory for direct I/O: aligned to 2 MiB and backed by huge pages where the kernel grants them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "core/bytes.h"

namespace spillway {

// One anonymous mapping, rounded up to 2 MiB, with transparent huge pages asked for: direct reads
// into 4 KiB pages reach only about 60 % of the bandwidth (each page is a segment of its own).
// Throws Error when the machine has no such memory. Empty when made with zero bytes.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(Bytes size);
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;
  ~AlignedBuffer();

  // Exactly the bytes that were asked for.
  std::span<std::byte> bytes() const { return {data_, size_}; }
  Bytes size() const { return Bytes(size_); }

  // Touches every page, so that the first use is not paid inside a measurement.
  void prefault() const;

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;
};

}  // namespace spillway
