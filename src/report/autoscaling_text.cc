// SPDX-License-Identifier: Apache-2.0
#include "report/autoscaling_text.h"

#include <fmt/core.h>

#include <cstddef>
#include <string_view>

#include "report/number_text.h"
#include "report/table.h"

namespace spillway::report {
namespace {

using record::Autoscaling;
using record::ScalingStep;

// A run that holds its answer repeats the last step; the record has them all.
constexpr std::size_t kMostRows = 40;

std::string steps(const Autoscaling& scaling) {
  Table table({"users", "sending", "seconds", "steady", "requests/s", "tokens/s", "read p95 ms",
               "saturation", "then"});
  for (const ScalingStep& step : scaling.steps) {
    if (&step - scaling.steps.data() == kMostRows) break;
    table.add({count_text(step.users), number_text(step.users_sending),
               number_text(static_cast<double>(step.end_ns - step.measured_from_ns) / 1e9),
               step.steady ? "yes" : "NO", number_text(step.completed_per_s),
               number_text(step.tokens_per_s.value), number_text(step.storage_read_p95_ms),
               number_text(step.saturation.value), std::string(name_of(step.action))});
  }
  std::string text = table.empty() ? "" : table.text();
  if (scaling.steps.size() > kMostRows) {
    text += fmt::format("  and {} more steps\n", scaling.steps.size() - kMostRows);
  }
  return text;
}

std::string looked_for(const Autoscaling& scaling) {
  if (scaling.mode == record::ScalingMode::capacity) return "the fewest users who get the peak";
  return fmt::format("the most users with storage below saturation {}",
                     number_text(scaling.target_saturation));
}

}  // namespace

std::string answer_text(const Autoscaling& scaling) {
  const auto bound = [](std::optional<std::uint64_t> users) { return count_text(users); };
  const bool known = scaling.users_low || scaling.users_high;
  const std::string interval =
      known ? fmt::format(", 95 % CI {} to {}", bound(scaling.users_low), bound(scaling.users_high))
            : "";
  if (!scaling.users) return "undecided" + interval;
  return fmt::format("{} users", count_text(*scaling.users)) + interval;
}

std::string autoscaling_text(const record::Run& run) {
  if (!run.autoscaling) return "";
  const Autoscaling& scaling = *run.autoscaling;
  std::string text = labelled_text("looked for", looked_for(scaling));
  text += labelled_text("found", answer_text(scaling));
  text += labelled_text("because", scaling.reason);
  if (scaling.peak_tokens_per_s) {
    text += labelled_text("peak", number_text(scaling.peak_tokens_per_s) + " tokens/s");
  }
  return text + steps(scaling);
}

}  // namespace spillway::report
