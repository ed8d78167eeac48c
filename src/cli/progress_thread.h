// ProgressThread: keeps the progress line of a run of the benchmark up to date.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "cli/log.h"
#include "core/time.h"
#include "report/progress.h"
#include "scenario/bench.h"
#include "scenario/bench_settings.h"

namespace spillway::cli {

// Draws the line on standard error once a second, on a thread of its own, until it goes. What it
// is made with outlives it. For debugging every line stays as one of its own; without the level
// info there are none.
class ProgressThread {
 public:
  ProgressThread(const scenario::Bench& bench, const scenario::BenchConfig& config, const Log& log);

 private:
  void draw(const std::stop_token& stop);
  report::Progress look();
  std::string_view phase_name(Duration elapsed);

  const scenario::Bench& bench_;
  const scenario::BenchConfig& config_;
  report::ProgressWriter writer_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  scenario::Bench::Filled filled_;
  std::string scaling_;  // the phase of a run whose number of users changes
  report::Progress last_;
  std::uint64_t last_read_ = 0;
  std::uint64_t last_written_ = 0;
  std::jthread thread_;  // ends before what it reads
};

}  // namespace spillway::cli
