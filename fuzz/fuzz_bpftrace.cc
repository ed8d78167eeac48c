// Any text is histograms or an Error; their buckets rise and their raw lines read the same again.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "telemetry/bpftrace_histograms.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  record::DeviceLatency found;
  try {
    found = telemetry::parse_bpftrace_histograms(std::string(data, data + size), "input");
  } catch (const Error&) {
    return 0;
  }
  for (const auto& [name, traced] : found) {
    std::string text = "@x:\n";
    for (const std::string& line : traced.raw) text += line + "\n";
    const auto again = telemetry::parse_bpftrace_histograms(text, "again");
    check(again.at("x") == traced, "raw lines read the same again");
    const stats::Bucket* const last = traced.histogram.percentile(100);
    check((last != nullptr) == (traced.histogram.total() > 0), "values have a percentile");
    for (const stats::Bucket& bucket : traced.histogram.buckets) {
      check(bucket.low < bucket.high, "a bucket has room");
    }
  }
  return 0;
}
