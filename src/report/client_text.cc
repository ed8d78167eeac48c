// SPDX-License-Identifier: Apache-2.0
#include "report/client_text.h"

#include <fmt/core.h>

#include "analysis/client_grade.h"
#include "report/table.h"

namespace spillway::report {

std::string client_text(const analysis::ClientFigures& figures) {
  Table table({"", "whole answers", "texts of streams"});
  table.add({"CPU of each, us", fmt::format("{:.1f}", figures.cpu_us_per_request),
             fmt::format("{:.1f}", figures.cpu_us_per_text)});
  table.add({"not the limit up to, per second",
             fmt::format("{:.0f}", analysis::most_requests_per_s(figures)),
             fmt::format("{:.0f}", analysis::most_texts_per_s(figures))});
  table.add(
      {"reached at full speed, per second", fmt::format("{:.0f}", figures.requests_per_s), "-"});
  Table errors({"later than the server was set to, ms", "p50", "p99"});
  const auto add = [&](const char* name, double p50, double p99) {
    errors.add({name, fmt::format("{:.3f}", p50), fmt::format("{:.3f}", p99)});
  };
  add("first text (TTFT)", figures.ttft_error_p50_ms, figures.ttft_error_p99_ms);
  add("gap between texts (ITL)", figures.gap_error_p50_ms, figures.gap_error_p99_ms);
  return fmt::format(
      "This client on this machine, against the null server on loopback\n{}\n{}"
      "Errors hold the server's own lateness. A run that keeps the client's processor busy for "
      "more\n"
      "than {:.0f} % is marked as not of decision grade.\n",
      table.text(), errors.text(), 100 * analysis::kClientShare);
}

}  // namespace spillway::report
