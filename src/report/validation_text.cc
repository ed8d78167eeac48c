// SPDX-License-Identifier: Apache-2.0
#include "report/validation_text.h"

#include <fmt/core.h>

#include <span>
#include <vector>

#include "report/number_text.h"
#include "report/table.h"

namespace spillway::report {
namespace {

using analysis::Agreement;
using analysis::ValidatedFigure;
using analysis::Validation;
using record::ServingResult;

std::string sources(std::span<const ServingResult> results) {
  std::string text;
  for (const ServingResult& result : results) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", result.source);
  }
  return fmt::format("{} ({})", text, name_of(results.front().format));
}

std::string ratio_text(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.3f}", *ratio) : kMissing;
}

std::string interval_text(const std::optional<stats::Estimate>& interval) {
  return interval ? fmt::format("{:.3f} to {:.3f}", interval->low, interval->high) : kMissing;
}

std::string verdict_text(const ValidatedFigure& one) {
  if (one.agreement == Agreement::not_judged) return one.reason;
  const bool unsure = one.sure == false;
  return fmt::format("{}{}", one.agreement == Agreement::within ? "yes" : "no",
                     unsure ? ", not surely" : "");
}

std::string remarks_of(std::span<const ServingResult> results) {
  std::string text;
  for (const ServingResult& result : results) {
    for (const std::string& remark : result.remarks) {
      text += fmt::format("  note: {}: {}\n", result.source, remark);
    }
  }
  return text;
}

std::string about_intervals(const Validation& all) {
  if (all.ours.size() < 2) {
    return "  note: one run of ours: no interval can be given; give trials, three at least\n";
  }
  if (all.theirs.size() < 2) {
    return "  note: one result of theirs is taken for exact: the intervals have our variation "
           "only\n";
  }
  return "";
}

std::string conclusion(const Validation& all, const std::string& limit) {
  const std::size_t outside = all.count(Agreement::outside);
  const std::size_t judged = outside + all.count(Agreement::within);
  if (outside == 0) {
    return fmt::format("All {} figures that both have agree within {}.\n", judged, limit);
  }
  return fmt::format("{} of {} figures that both have do not agree within {}.\n", outside, judged,
                     limit);
}

}  // namespace

std::string validation_text(const Validation& validation) {
  const std::string limit = fmt::format("{:g} %", validation.tolerance * 100);
  Table table({"figure", "ours", "theirs", "ratio", "95 % interval", "within " + limit});
  for (const ValidatedFigure& one : validation.figures) {
    table.add({std::string(name_of(one.figure)), number_text(one.ours), number_text(one.theirs),
               ratio_text(one.ratio), interval_text(one.interval), verdict_text(one)});
  }
  return fmt::format("Ours    {}\nTheirs  {}\n\n{}{}{}{}\n{}", sources(validation.ours),
                     sources(validation.theirs), table.text(), remarks_of(validation.ours),
                     remarks_of(validation.theirs), about_intervals(validation),
                     conclusion(validation, limit));
}

}  // namespace spillway::report
