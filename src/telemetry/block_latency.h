// The bpftrace script that measures a process's I/O, part of the program.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace spillway::telemetry {

// The text of block_latency.bt, which says what its two arguments are.
std::string_view block_latency_script();

// A device as the script's second argument: the kernel's own number of it, which is not that of
// stat().
constexpr std::uint64_t kernel_device_number(unsigned major, unsigned minor) {
  return (std::uint64_t{major} << 20U) | minor;
}

}  // namespace spillway::telemetry
