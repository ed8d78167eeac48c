// Goodput: requests that kept every objective of a service, as vLLM's and AIPerf's users state
// them. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/completion_row.h"

namespace spillway::analysis {

enum class ObjectiveMetric : std::uint8_t { ttft, tpot, e2el };
// vLLM's names, then AIPerf's of the same.
inline constexpr std::array<std::string_view, 3> kObjectiveNames = {"ttft", "tpot", "e2el"};
inline constexpr std::array<std::string_view, 3> kObjectiveTags = {
    "time_to_first_token", "inter_token_latency", "request_latency"};

struct Objective {
  ObjectiveMetric metric{};
  double ms = 0;  // at most

  std::string_view name() const { return kObjectiveNames.at(static_cast<std::size_t>(metric)); }
};

// "ttft:200", "time_to_first_token:200", several apart by blanks or commas. In the order of
// ObjectiveMetric. Throws Error for another name, one that is there twice, a number not above 0.
std::vector<Objective> read_objectives(std::span<const std::string> texts);

// Counts requests that succeeded and kept all objectives: TTFT the first text, TPOT the request's
// mean gap between texts, e2el to the end. What has no text keeps no objective of TTFT; an answer
// of one text keeps every TPOT.
class GoodSums {
 public:
  GoodSums() = default;
  explicit GoodSums(std::span<const Objective> objectives)
      : objectives_(objectives.begin(), objectives.end()) {}

  void add(const record::CompletionRow& row);
  void merge(const GoodSums& other);

  // None: nothing is judged.
  const std::vector<Objective>& objectives() const { return objectives_; }
  std::uint64_t total() const { return total_; }  // failed ones too
  std::uint64_t good() const { return good_; }    // timed from sending
  std::uint64_t good_from_due() const { return good_from_due_; }

 private:
  std::vector<Objective> objectives_;
  std::uint64_t total_ = 0;
  std::uint64_t good_ = 0;
  std::uint64_t good_from_due_ = 0;
};

}  // namespace spillway::analysis
