// What the kernel's block and file layers counted for a run, histogram by histogram.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "stats/bucket_histogram.h"

namespace spillway::record {

struct TracedHistogram {
  stats::BucketHistogram histogram;
  std::vector<std::string> raw;  // its lines as the tracer printed them

  friend bool operator==(const TracedHistogram&, const TracedHistogram&) = default;
};

// By name: d2c_read_us, qd_write, ... Section "Device latency" of docs/hardware.md lists them; the
// unit is the name's end. One that saw nothing is not there.
using DeviceLatency = std::map<std::string, TracedHistogram, std::less<>>;

}  // namespace spillway::record
