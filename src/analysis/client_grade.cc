// SPDX-License-Identifier: Apache-2.0
#include "analysis/client_grade.h"

#include <fmt/core.h>

namespace spillway::analysis {
namespace {

constexpr double kUsPerSecond = 1e6;

double most_per_s(double cpu_us) { return cpu_us > 0 ? kClientShare * kUsPerSecond / cpu_us : 0; }

}  // namespace

double most_requests_per_s(const ClientFigures& figures) {
  return most_per_s(figures.cpu_us_per_request);
}

double most_texts_per_s(const ClientFigures& figures) {
  return most_per_s(figures.cpu_us_per_text);
}

std::optional<ClientShare> client_share(const std::optional<ClientFigures>& figures,
                                        const DrivePhaseRun& phase) {
  if (!phase.ran || phase.duration_s <= 0) return std::nullopt;
  ClientShare share{.used = phase.client_cpu_s / phase.duration_s};
  if (figures) {
    const double us = figures->cpu_us_per_request * static_cast<double>(phase.sent) +
                      figures->cpu_us_per_text * static_cast<double>(phase.sums.texts());
    share.expected = us / kUsPerSecond / phase.duration_s;
  }
  return share;
}

std::vector<std::string> client_doubts(const DriveRun& run) {
  std::vector<std::string> doubts;
  if (!run.client) doubts.push_back("client_not_calibrated: " + run.client_missing);
  for (const DrivePhaseRun& phase : run.phases) {
    const std::optional<ClientShare> share = client_share(run.client, phase);
    if (!share) continue;
    if (share->used > kClientShare) {
      doubts.push_back(fmt::format("client_busy: phase {} kept its processor busy for {:.0f} %",
                                   phase.name, 100 * share->used));
    } else if (share->expected > kClientShare) {
      doubts.push_back(
          fmt::format("beyond_client_rate: phase {} is worth {:.0f} % of its processor's time",
                      phase.name, 100 * share->expected));
    }
    if (static_cast<double>(phase.late) > kLateShare * static_cast<double>(phase.sent)) {
      doubts.push_back(fmt::format("sends_late: phase {} sent {} of {} requests late", phase.name,
                                   phase.late, phase.sent));
    }
  }
  return doubts;
}

}  // namespace spillway::analysis
