// Whether the time to first content means what it says: it must not grow with the answer, while
// that of whole answers must. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spillway::analysis {

// P95s in milliseconds of one case; nothing where there were no values.
struct SanityCase {
  std::uint64_t errors = 0;
  std::optional<double> ttfc_p95_ms;
  std::optional<double> ttft_p95_ms;
  std::optional<double> latency_p95_ms;
};

struct SanityInput {
  SanityCase short_stream;
  SanityCase long_stream;
  SanityCase short_whole;
  SanityCase long_whole;
  double ttfc_ratio_max = 1.35;
  double ttft_ratio_min = 1.20;
};

// Source: DGX Spark harness, section 4.2.
struct SanityVerdict {
  bool passed = false;
  std::vector<std::string> reasons;
  bool ttfc_present = false;
  bool ttfc_stable = false;
  bool ttft_scales = false;
  std::optional<double> ttfc_ratio;     // long / short, of streams
  std::optional<double> latency_ratio;  // likewise
  std::optional<double> ttft_ratio;     // long / short, of whole answers
};

SanityVerdict judge_ttfc(const SanityInput& input);

}  // namespace spillway::analysis
