// SPDX-License-Identifier: Apache-2.0
#include "workload/list_lengths.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "stats/moments.h"
#include "stats/order_statistics.h"

namespace spillway::workload {
namespace {

LengthSummary summary_of(std::vector<double> lengths) {
  std::ranges::sort(lengths);
  const auto count = static_cast<double>(lengths.size());
  const stats::Moments found = stats::moments(lengths);
  return {.mean = found.mean,
          .deviation = std::sqrt(found.variance * (count - 1) / count),
          .min = static_cast<std::uint32_t>(lengths.front()),
          .max = static_cast<std::uint32_t>(lengths.back()),
          .p50 = stats::interpolated_quantile(lengths, 0.5),
          .p95 = stats::interpolated_quantile(lengths, 0.95)};
}

LengthSummary summary_of(const RequestList& list, std::uint32_t ListedRequest::* length) {
  std::vector<double> lengths;
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
