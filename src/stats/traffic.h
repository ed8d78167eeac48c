// What went through one direction of one tier: operations, bytes, failures by class, latencies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "stats/histogram.h"

namespace spillway::stats {

// Why an operation on a block failed. A failed one is counted here and has no latency.
enum class ErrorClass : std::uint8_t { io_error, short_transfer, corrupt, no_space };
inline constexpr std::size_t kErrorClasses = 4;
inline constexpr std::array<const char*, kErrorClasses> kErrorNames = {"io_error", "short_transfer",
                                                                       "corrupt", "no_space"};
constexpr const char* name_of(ErrorClass error) {
  return kErrorNames.at(static_cast<std::size_t>(error));
}

// Sums of integers, so that merging is exact in any order.
struct Traffic {
  std::uint64_t operations = 0;  // blocks moved whole
  std::uint64_t bytes = 0;       // of those blocks
  std::array<std::uint64_t, kErrorClasses> errors{};
  Histogram latency;  // ns, of those blocks: from asking the store to the last byte
  // The same in two parts, block by block: until the first byte was handed on to the device (our
  // own queue), and from then on.
  Histogram waiting;
  Histogram moving;

  void add(std::uint64_t size, std::int64_t latency_ns, std::int64_t waiting_ns = 0) {
    ++operations;
    bytes += size;
    latency.add(latency_ns);
    waiting.add(waiting_ns);
    moving.add(latency_ns - waiting_ns);
  }
  void add_error(ErrorClass error) { ++errors.at(static_cast<std::size_t>(error)); }
  std::uint64_t failed() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : errors) sum += count;
    return sum;
  }
  void merge(const Traffic& other) {
    operations += other.operations;
    bytes += other.bytes;
    for (std::size_t i = 0; i < kErrorClasses; ++i) errors.at(i) += other.errors.at(i);
    latency.merge(other.latency);
    waiting.merge(other.waiting);
    moving.merge(other.moving);
  }
};

}  // namespace spillway::stats
