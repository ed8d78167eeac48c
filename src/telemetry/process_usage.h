// What this process has used: storage traffic, processor time, memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"

namespace spillway::telemetry {

// Bytes that this process caused to be fetched from, or sent to, storage: read_bytes and
// write_bytes of /proc/self/io (man proc). A page-cache hit is not in it.
struct ProcessIo {
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};
std::optional<ProcessIo> read_process_io(const std::string& proc_root = "/proc");

// User and system time of all threads so far (getrusage).
Duration process_cpu_time();

// Most memory that was resident at once (getrusage).
std::uint64_t process_peak_memory_bytes();

}  // namespace spillway::telemetry
