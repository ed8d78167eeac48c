// SPDX-License-Identifier: Apache-2.0
#include "analysis/goodput.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.h"
#include "core/time.h"

namespace spillway::analysis {
namespace {

template <typename Names>
std::size_t place_of(const Names& names, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

Objective read_one(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  std::size_t metric = place_of(kObjectiveNames, name);
  if (metric == kObjectiveNames.size()) metric = place_of(kObjectiveTags, name);
  if (metric == kObjectiveNames.size()) {
    throw Error(fmt::format("--goodput {}: expected NAME:MILLISECONDS, with one of {}, or {}", text,
                            fmt::join(kObjectiveNames, ", "), fmt::join(kObjectiveTags, ", ")));
  }
  const std::string_view number = colon == text.npos ? "" : text.substr(colon + 1);
  double ms = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), ms);
  if (error != std::errc() || end != number.data() + number.size() || !(ms > 0) || ms > 1e12) {
    throw Error(fmt::format("--goodput {}: expected milliseconds above 0 behind a colon", text));
  }
  return {.metric = static_cast<ObjectiveMetric>(metric), .ms = ms};
}

bool keeps(const record::CompletionRow& row, const Objective& objective, Time from) {
  switch (objective.metric) {
    case ObjectiveMetric::ttft:
      return !row.contents.empty() && to_milliseconds(row.contents.front() - from) <= objective.ms;
    case ObjectiveMetric::tpot: {
      if (row.contents.size() < 2) return true;
      const double decode = to_milliseconds(row.contents.back() - row.contents.front());
      return decode / static_cast<double>(row.contents.size() - 1) <= objective.ms;
    }
    case ObjectiveMetric::e2el:
      break;
  }
  return to_milliseconds(row.done - from) <= objective.ms;
}

}  // namespace

std::vector<Objective> read_objectives(std::span<const std::string> texts) {
  std::vector<Objective> objectives;
  for (const std::string& text : texts) {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find_first_of(" ,", begin), text.size());
      if (end > begin) {
        objectives.push_back(read_one(std::string_view(text).substr(begin, end - begin)));
      }
      begin = end + 1;
    }
  }
  std::ranges::sort(objectives, {}, &Objective::metric);
  const auto twice = std::ranges::adjacent_find(objectives, {}, &Objective::metric);
  if (twice != objectives.end()) {
    throw Error(fmt::format("--goodput: two objectives for {}", twice->name()));
  }
  return objectives;
}

void GoodSums::add(const record::CompletionRow& row) {
  if (objectives_.empty()) return;
  ++total_;
  if (!row.ok()) return;
  const auto all_from = [&](Time from) {
    return std::ranges::all_of(objectives_,
                               [&](const Objective& one) { return keeps(row, one, from); });
  };
  if (all_from(row.sent)) ++good_;
  if (all_from(row.due)) ++good_from_due_;
}

void GoodSums::merge(const GoodSums& other) {
  if (objectives_.empty()) objectives_ = other.objectives_;  // the sum of phases begins with none
  total_ += other.total_;
  good_ += other.good_;
  good_from_due_ += other.good_from_due_;
}

}  // namespace spillway::analysis
