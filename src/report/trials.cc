// SPDX-License-Identifier: Apache-2.0
#include "report/trials.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "report/number_text.h"
#include "report/table.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::TrialFigure;

std::string title_of(const TrialFigure& figure) {
  std::string title(figure.figure->title);
  const std::string_view unit = figure.figure->unit;
  if (!unit.empty() && unit != figure.figure->title) title += fmt::format(", {}", unit);
  return title;
}

std::string interval_text(const std::optional<stats::Estimate>& interval) {
  if (!interval) return kMissing;
  return number_text(interval->low) + " - " + number_text(interval->high);
}

// How many trials the headline figure that varies most would take.
std::string needed_text(std::span<const TrialFigure> figures) {
  const TrialFigure* most = nullptr;
  std::size_t trials = 0;
  for (const TrialFigure& figure : figures) {
    const std::size_t needed = figure.trials_needed.value_or(0);
    if (figure.figure->place == analysis::Place::detail || needed <= trials) continue;
    most = &figure;
    trials = needed;
  }
  if (most == nullptr) return "";
  return fmt::format("  For the mean of every headline figure within 5 %: about {} trials ({}).\n",
                     trials, most->figure->title);
}

void write_interval(text::JsonWriter& json, std::string_view key,
                    const std::optional<stats::Estimate>& interval) {
  json.key(key);
  if (!interval) {
    json.null();
    return;
  }
  json.begin_array().value(interval->low).value(interval->high).end_array();
}

void write_figure(text::JsonWriter& json, const TrialFigure& figure) {
  json.begin_object();
  json.key("name").value(figure.figure->name);
  json.key("unit").value(figure.figure->unit);
  json.key("values").begin_array();
  for (const double value : figure.values) json.value(value);
  json.end_array();
  json.key("median").value(figure.median);
  write_interval(json, "median_interval", figure.median_interval);
  json.key("mean");
  figure.mean_interval ? json.value(figure.mean_interval->value) : json.null();
  write_interval(json, "mean_interval", figure.mean_interval);
  json.key("variation");
  figure.variation ? json.value(*figure.variation) : json.null();
  json.key("trials_needed");
  figure.trials_needed ? json.value(*figure.trials_needed) : json.null();
  json.end_object();
}

}  // namespace

std::string trials_text(std::span<const TrialFigure> figures, std::size_t trials) {
  std::string text = fmt::format("{} trials\n", trials);
  Table table({"", "median", "95 % of median", "95 % of mean", "variation"});
  for (const TrialFigure& figure : figures) {
    table.add({title_of(figure), number_text(figure.median), interval_text(figure.median_interval),
               interval_text(figure.mean_interval), percent_text(figure.variation)});
  }
  text += table.text();
  if (trials < analysis::kTrialsForMedian) {
    text += fmt::format(
        "  Too few: a 95 % interval of the median takes {} trials. That of the mean supposes a "
        "normal\n  distribution, which so few cannot show.\n",
        analysis::kTrialsForMedian);
  }
  return text + needed_text(figures);
}

std::string trials_json(std::span<const TrialFigure> figures,
                        std::span<const std::string> directories) {
  text::JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  json.key("schema").value("spillway.trials/1");
  json.key("trials").values(directories);
  json.key("enough_for_median").value(directories.size() >= analysis::kTrialsForMedian);
  json.key("figures").begin_array();
  for (const TrialFigure& figure : figures) write_figure(json, figure);
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

}  // namespace spillway::report
