// ServerMetric: which metric of which serving stack says what about its KV tiers and requests, and
// a page of them as it was read. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "record/serving_metric.h"

namespace spillway::record {

// Where it is. What lies below the device may be host memory, disk or remote storage, and storage
// may be disk or remote: for metrics that do not say which.
enum class KvPlace : std::uint8_t {
  server,
  device,
  host,
  disk,
  remote,
  below_device,
  storage,
  any_tier
};
std::string_view name_of(KvPlace place);

enum class MetricKind : std::uint8_t { counter, gauge };

// One way in which a stack says a figure. Counters of one stack with the same place and figure add
// up. `in` is written to the tier, `out` read from it.
struct ServerMetric {
  MetricDialect stack = MetricDialect::vllm;
  KvPlace place = KvPlace::server;
  std::string_view figure;  // with its unit last: "hit_tokens"
  MetricKind kind = MetricKind::counter;
  std::string_view name;
  // Only series with this label: a value, a beginning that ends in '*', or "" for none. No label:
  // all.
  std::string_view label{};
  std::string_view label_value{};
};

// In the order of docs/server-metrics.md; the first row that takes a series has it.
std::span<const ServerMetric> server_metrics();

// Without the _total that exporters add to counters, or not.
std::string_view family_of(std::string_view name);

// What a page said, of the metrics of the table.
struct ServerReading {
  bool success = false;
  std::string error;  // why there is none
  // By row of the table, then by the labels of the series.
  std::map<std::size_t, std::map<std::string, double>> series;
  std::set<std::string, std::less<>> families;  // that were there, be it without a series
};

}  // namespace spillway::record
