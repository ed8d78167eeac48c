// SPDX-License-Identifier: Apache-2.0
#include "workload/list_lengths.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "core/error.h"

namespace spillway::workload {
namespace {

double quantile(std::span<const std::uint32_t> sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  return sorted[below] + part * (static_cast<double>(sorted[above]) - sorted[below]);
}

LengthSummary summary_of(std::vector<std::uint32_t> lengths) {
  std::ranges::sort(lengths);
  const auto count = static_cast<double>(lengths.size());
  double sum = 0;
  for (const std::uint32_t length : lengths) sum += length;
  const double mean = sum / count;
  double squares = 0;
  for (const std::uint32_t length : lengths) squares += (length - mean) * (length - mean);
  return {.mean = mean,
          .deviation = std::sqrt(squares / count),
          .min = lengths.front(),
          .max = lengths.back(),
          .p50 = quantile(lengths, 0.5),
          .p95 = quantile(lengths, 0.95)};
}

LengthSummary summary_of(const RequestList& list, std::uint32_t ListedRequest::* length) {
  std::vector<std::uint32_t> lengths;
  lengths.reserve(list.requests.size());
  for (const ListedRequest& request : list.requests) lengths.push_back(request.*length);
  return summary_of(std::move(lengths));
}

}  // namespace

ListLengths lengths_of(const RequestList& list) {
  check(!list.requests.empty(), "a list of requests has one");
  return {.context = summary_of(list, &ListedRequest::context),
          .generate = summary_of(list, &ListedRequest::generate)};
}

}  // namespace spillway::workload
