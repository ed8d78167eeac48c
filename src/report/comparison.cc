// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <fmt/core.h>

#include <string_view>
#include <vector>

#include "analysis/assessment.h"
#include "analysis/figures.h"
#include "report/autoscaling_text.h"
#include "report/mlperf_text.h"
#include "report/number_text.h"
#include "report/spreadsheet.h"
#include "report/table.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::Figure;
using analysis::Place;
using record::Run;

bool is_count(const Figure& figure) { return figure.unit == "requests" || figure.unit == "users"; }

std::string title_of(const Figure& figure) {
  if (figure.unit.empty() || figure.unit == "1/s" || is_count(figure)) {
    return std::string(figure.title);
  }
  return fmt::format("{}, {}", figure.title, figure.unit);
}

// Where the search for users ended without an answer it says so: a table must not show nothing.
std::string cell_of(const Figure& figure, const Run& run) {
  const std::optional<double> value = figure.of(run);
  if (figure.name == "hit_ratio") return percent_text(value);
  if (figure.name == "users_found" && run.autoscaling && !run.autoscaling->decided()) {
    return "undecided";
  }
  if (value && is_count(figure)) return count_text(static_cast<std::uint64_t>(*value));
  return number_text(value);
}

std::vector<const Figure*> figures_at(Place place) {
  std::vector<const Figure*> found;
  for (const Figure& figure : analysis::figures()) {
    if (figure.place == place) found.push_back(&figure);
  }
  return found;
}

// A tier whose times are computed must not stand unmarked beside one that was measured.
std::string name_of(const ComparedRun& one) {
  if (!one.run) return one.name;
  const record::TierCounters& gpu = one.run->observed.tier(TierId::gpu);
  return gpu.is_on() && gpu.modelled ? one.name + " (gpu modelled)" : one.name;
}

std::string table_text(std::span<const ComparedRun> runs, Place place) {
  std::vector<std::string> heading = {""};
  for (const Figure* const figure : figures_at(place)) heading.push_back(title_of(*figure));
  Table table(std::move(heading));
  for (const ComparedRun& one : runs) {
    if (!one.run) continue;
    std::vector<std::string> cells = {name_of(one)};
    for (const Figure* const figure : figures_at(place))
      cells.push_back(cell_of(*figure, *one.run));
    table.add(std::move(cells));
  }
  return table.text();
}

std::string title_line(const ComparedRun& one) {
  return fmt::format("{} ({}): {}\n", one.title, one.name, one.purpose);
}

// What each tier gave, and the most it held, which is what tells where the cache lived.
std::string tiers_line(const Run& run) {
  std::string text;
  for (const TierId tier : kAllTiers) {
    const record::TierCounters& counters = run.observed.tier(tier);
    if (!counters.is_on()) continue;
    text += fmt::format("{}{}{} {} of the hits, held at most {}", text.empty() ? "" : "; ",
                        name_of(tier), counters.modelled ? " (modelled)" : "",
                        percent_text(record::share(run.observed.reuse.blocks_hit.at(index_of(tier)),
                                                   run.observed.reuse.hits())),
                        size_text(Bytes(counters.peak_bytes)));
  }
  return labelled_text("tiers", text);
}

std::string scaling_line(const Run& run) {
  if (!run.autoscaling) return "";
  const record::Autoscaling& scaling = *run.autoscaling;
  std::size_t ups = 0;
  std::size_t downs = 0;
  for (const record::ScalingStep& step : scaling.steps) {
    ups += step.action == record::ScalingAction::scale_up ? 1 : 0;
    downs += step.action == record::ScalingAction::scale_down ? 1 : 0;
  }
  const double saturation = scaling.steps.empty() ? 0 : scaling.steps.back().saturation.value;
  return labelled_text(
      "autoscaling",
      fmt::format("{}; {} up, {} down, last {} users, saturation {}: {}",
                  scaling.users ? fmt::format("{} users", *scaling.users) : "undecided", ups, downs,
                  scaling.final_users, number_text(saturation), scaling.reason));
}

std::string detail(const ComparedRun& one) {
  std::string text = "\n" + title_line(one);
  if (!one.run) return text + labelled_text("no run", one.missing);
  const Run& run = *one.run;
  for (const Figure& figure : analysis::figures()) {
    if (!figure.of(run)) continue;
    text += fmt::format("  {:<24} {:>10}\n", title_of(figure), cell_of(figure, run));
  }
  text += tiers_line(run) + scaling_line(run) + assessment_text(run);
  text += "  Potential bottlenecks:\n" + hints_text(run);
  for (const record::Reason& reason : run.reasons) {
    text += labelled_text("", fmt::format("not decision-grade: {} [{}]", reason.text, reason.code));
  }
  return text;
}

}  // namespace

std::string comparison_text(std::span<const ComparedRun> runs) {
  std::string text = "What users felt\n" + table_text(runs, Place::users) + "\nWhat storage did\n" +
                     table_text(runs, Place::storage);
  for (const ComparedRun& one : runs) text += detail(one);
  return text;
}

std::string comparison_markdown(std::span<const ComparedRun> runs) {
  std::string heading = "| workload |";
  std::string rule = "|---|";
  for (const Figure& figure : analysis::figures()) {
    if (figure.place == Place::detail) continue;
    heading += fmt::format(" {} |", title_of(figure));
    rule += "---:|";
  }
  std::string text = heading + " note |\n" + rule + "---|\n";
  for (const ComparedRun& one : runs) {
    text += fmt::format("| {} |", name_of(one));
    for (const Figure& figure : analysis::figures()) {
      if (figure.place == Place::detail) continue;
      text += fmt::format(" {} |", one.run ? cell_of(figure, *one.run) : kMissing);
    }
    const bool graded = one.run && !one.run->decision_grade();
    text += fmt::format(" {} |\n", graded ? "not decision-grade" : one.missing);
  }
  return text;
}

std::string comparison_csv(std::span<const ComparedRun> runs) {
  std::string text = "workload,title,missing";
  for (const Figure& figure : analysis::figures()) text += fmt::format(",{}", figure.name);
  text += "\n";
  for (const ComparedRun& one : runs) {
    text += fmt::format("{},{},{}", one.name, csv_quoted(one.title), csv_quoted(one.missing));
    for (const Figure& figure : analysis::figures()) {
      const std::optional<double> value = one.run ? figure.of(*one.run) : std::nullopt;
      text += value ? fmt::format(",{}", *value) : ",";
    }
    text += "\n";
  }
  return text;
}

std::string comparison_json(std::span<const ComparedRun> runs) {
  text::JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  json.key("schema").value("spillway.comparison/1");
  json.key("runs").begin_array();
  for (const ComparedRun& one : runs) {
    json.begin_object();
    json.key("workload").value(one.name);
    json.key("title").value(one.title);
    json.key("purpose").value(one.purpose);
    json.key("missing");
    one.run ? json.null() : json.value(one.missing);
    json.key("figures").begin_object();
    for (const Figure& figure : analysis::figures()) {
      const std::optional<double> value = one.run ? figure.of(*one.run) : std::nullopt;
      json.key(figure.name);
      value ? json.value(*value) : json.null();
    }
    json.end_object();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.text() + "\n";
}

}  // namespace spillway::report
