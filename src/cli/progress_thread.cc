// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_thread.h"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>

namespace spillway::cli {

using scenario::Phase;

namespace {

constexpr std::string_view kFilling = "preconditioning";

report::ProgressWriter make_writer(const Log& log) {
  if (log.shows(LogLevel::debug)) return {stderr, false, Duration::zero()};
  return {stderr, ::isatty(STDERR_FILENO) == 1};
}

}  // namespace

ProgressThread::ProgressThread(const scenario::Bench& bench, const scenario::BenchConfig& config,
                               const Log& log)
    : bench_(bench), config_(config), writer_(make_writer(log)) {
  if (!log.shows(LogLevel::info)) return;
  thread_ = std::jthread([this](const std::stop_token& stop) { draw(stop); });
}

void ProgressThread::draw(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any tick;
  while (!tick.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; }) &&
         !stop.stop_requested()) {
    writer_.show(look());
  }
}

report::Progress ProgressThread::look() {
  const load::LiveFigures& live = bench_.live();
  report::Progress now;
  now.elapsed = bench_.elapsed();
  now.phase = phase_name(now.elapsed);
  if (bench_.phase() == Phase::preparing) {
    now.elapsed = std::chrono::steady_clock::now() - began_;
    if (now.phase == kFilling) now.filled = {.written = filled_.written, .target = filled_.target};
    return now;
  }
  if (config_.driver.duration) {
    now.left = config_.driver.warm_up + *config_.driver.duration - now.elapsed;
  } else {
    now.requests_planned = bench_.plan().requests;
  }
  now.requests_done = live.completed;
  now.in_flight = live.in_flight;
  now.blocks_asked = live.blocks_asked;
  now.blocks_hit = live.blocks_hit;
  now.errors = live.failed;
  const double seconds = to_seconds(now.elapsed - last_.elapsed);
  if (seconds > 0) {
    now.read_bytes_per_s = static_cast<double>(live.read_bytes - last_read_) / seconds;
    now.write_bytes_per_s = static_cast<double>(live.write_bytes - last_written_) / seconds;
  }
  last_read_ = live.read_bytes;
  last_written_ = live.write_bytes;
  last_ = now;
  return now;
}

std::string_view ProgressThread::phase_name(Duration elapsed) {
  switch (bench_.phase()) {
    case Phase::preparing:
      filled_ = bench_.preconditioned().value_or(scenario::Bench::Filled());
      return filled_.written < filled_.target ? kFilling : "preparing";
    case Phase::finishing:
      return "finishing";
    case Phase::running:
      break;
  }
  if (elapsed < config_.driver.warm_up) return "warming up";
  const std::optional<std::uint32_t> users = bench_.scaled_users();
  if (!users) return "measuring";
  scaling_ = fmt::format("scaling: {} users", *users);
  return scaling_;
}

}  // namespace spillway::cli
