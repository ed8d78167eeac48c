// Reads a page of Prometheus text (exposition format 0.0.4) as a server wrote it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bytes.h"

namespace spillway::text {

struct PrometheusSample {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  // in their order, without escapes
  double value = 0;                                         // may be NaN or infinite
  std::optional<std::int64_t> timestamp_ms = std::nullopt;  // since 1970
};

struct PrometheusPage {
  std::vector<PrometheusSample> samples;     // in the order of the page
  std::map<std::string, std::string> types;  // by family, in the page's words: "counter", "gauge"
  std::map<std::string, std::string> help;
  // Lines that are no part of the format are left out: one metric that is broken is no reason to
  // lose the others.
  std::size_t faults = 0;
  std::string first_fault;  // "line 3: expected a number after the name, found \"abc\""
};

struct PrometheusLimits {
  Bytes size{64U << 20U};         // of the page
  std::size_t samples = 1 << 20;  // on it
};

// `source` is the name used in messages. Throws Error for a page beyond the limits.
PrometheusPage parse_prometheus(std::string_view text, const std::string& source,
                                const PrometheusLimits& limits = {});

}  // namespace spillway::text
