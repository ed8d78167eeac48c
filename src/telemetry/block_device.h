// What a block device has done, by the kernel's own counters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/time.h"
#include "record/io_samples.h"

namespace spillway::telemetry {

// Since boot; the difference of two readings is what happened between them. They count the whole
// machine's traffic on the device. Source: Documentation/block/stat.rst of the kernel.
struct BlockCounters {
  std::uint64_t reads = 0;  // completed
  std::uint64_t read_bytes = 0;
  Duration read_time{};  // summed over reads, from submission to completion; whole milliseconds
  std::uint64_t writes = 0;
  std::uint64_t write_bytes = 0;
  Duration write_time{};

  friend BlockCounters operator-(const BlockCounters& later, const BlockCounters& earlier);
};

// Reads <root>/dev/block/<major>:<minor>/stat; a partition has its own counters. Nothing when there
// is no such device or the file is not as documented.
std::optional<BlockCounters> read_block_counters(unsigned major, unsigned minor,
                                                 const std::string& sys_root = "/sys");

// <root>/block/<device>/stat of a drive, <root>/class/block/<device>/stat of a partition.
record::BlockSample block_sample(const std::string& device, UtcTime now,
                                 const std::string& sys_root = "/sys");

// The same for the text of a stat file.
std::optional<BlockCounters> parse_block_counters(const std::string& text);

// The kernel's name of the device that holds a path, by which block_sample() knows it: "vda1",
// "nvme0n1"; empty when it has none.
std::string device_of(const std::string& path, const std::string& sys_root = "/sys");

}  // namespace spillway::telemetry
