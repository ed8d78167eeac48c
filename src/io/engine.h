// Engine: moves single pieces between buffers and files, many at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/transfer.h"

namespace spillway::io {

struct Operation {
  Direction direction = Direction::read;
  int file = -1;
  std::uint64_t offset = 0;
  std::byte* data = nullptr;  // a write only reads it
  std::uint32_t length = 0;
  std::uint64_t tag = 0;  // comes back with the completion
};

struct Completion {
  std::uint64_t tag = 0;
  std::int64_t result = 0;  // bytes moved, or -errno
};

// Owned and used by one thread. Buffers stay borrowed from submit() until their completion is
// reaped, whatever happens: nothing takes an operation back.
class Engine {
 public:
  virtual ~Engine() = default;

  // Takes operations from the front and starts them; returns how many (fewer when it is full).
  virtual std::size_t submit(std::span<const Operation> operations) = 0;
  // Fills from the front with what has completed, without waiting; returns how many.
  virtual std::size_t reap(std::span<Completion> completions) = 0;
  // Becomes readable when reap() may have something; the owner reads it empty.
  virtual int descriptor() const = 0;
  // Memory that many operations will use, in place until the engine is gone. It may be prepared for
  // that, as io_uring pins it once instead of for each operation; nothing else changes.
  virtual void lend(std::span<std::byte>) {}
  // Operations it holds at a time.
  virtual std::size_t depth() const = 0;
  // What it is and which features are in use: {"io_uring", "single_issuer", ...}. For the record.
  virtual std::vector<std::string> features() const = 0;
};

}  // namespace spillway::io
