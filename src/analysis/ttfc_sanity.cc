// SPDX-License-Identifier: Apache-2.0
#include "analysis/ttfc_sanity.h"

namespace spillway::analysis {
namespace {

std::optional<double> ratio(std::optional<double> over, std::optional<double> under) {
  if (!over || !under || *under <= 0) return std::nullopt;
  return *over / *under;
}

}  // namespace

SanityVerdict judge_ttfc(const SanityInput& input) {
  SanityVerdict verdict;
  verdict.ttfc_ratio = ratio(input.long_stream.ttfc_p95_ms, input.short_stream.ttfc_p95_ms);
  verdict.latency_ratio =
      ratio(input.long_stream.latency_p95_ms, input.short_stream.latency_p95_ms);
  verdict.ttft_ratio = ratio(input.long_whole.ttft_p95_ms, input.short_whole.ttft_p95_ms);
  verdict.ttfc_present = input.long_stream.ttfc_p95_ms && input.short_stream.ttfc_p95_ms;
  verdict.ttfc_stable = verdict.ttfc_ratio && *verdict.ttfc_ratio <= input.ttfc_ratio_max;
  verdict.ttft_scales = verdict.ttft_ratio && *verdict.ttft_ratio >= input.ttft_ratio_min;
  const auto because = [&](bool condition, const char* reason) {
    if (condition) verdict.reasons.emplace_back(reason);
  };
  because(!verdict.ttfc_present, "stream_ttfc_missing");
  because(input.short_stream.errors + input.long_stream.errors > 0, "stream_case_errors_present");
  because(input.short_whole.errors + input.long_whole.errors > 0, "legacy_case_errors_present");
  because(verdict.ttfc_present && !verdict.ttfc_stable, "ttfc_scales_with_output_length");
  because(!verdict.ttft_scales, "legacy_ttft_not_scaling_with_output_length");
  verdict.passed = verdict.reasons.empty();
  return verdict;
}

}  // namespace spillway::analysis
