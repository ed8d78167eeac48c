// SPDX-License-Identifier: Apache-2.0
#include "report/autoscaling_json.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <optional>

#include "record/json_fields.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using record::Autoscaling;
using record::ScalingAction;
using record::ScalingMode;
using record::ScalingStep;

constexpr std::int64_t kSecond = 1'000'000'000;

// `created` moved on by nanoseconds, in the same form; empty when it is not one.
std::string timestamp(const std::string& created, std::int64_t after_ns) {
  std::tm parts{};
  if (::strptime(created.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return "";
  const std::time_t moved = ::timegm(&parts) + after_ns / kSecond;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(moved)) +
         fmt::format(".{:06}Z", after_ns % kSecond / 1000);
}

bool changed(ScalingAction action) {
  return action == ScalingAction::scale_up || action == ScalingAction::scale_down;
}

// The users that a step was followed by.
std::uint64_t users_after(const Autoscaling& scaling, std::size_t step) {
  return step + 1 < scaling.steps.size() ? scaling.steps[step + 1].users : scaling.final_users;
}

void write_change(text::JsonWriter& json, const ScalingStep& step) {
  record::field(json, "read_latency_p95_ms", step.storage_read_p95_ms);
  record::field(json, "write_latency_p95_ms", step.storage_write_p95_ms);
  record::field(json, "throughput_tokens_per_sec", step.tokens_per_s.value);
}

void write_stop(text::JsonWriter& json, const Autoscaling& scaling, AutoscalingDialect dialect) {
  record::field(json, "peak_throughput_tokens_per_sec", scaling.peak_tokens_per_s);
  if (dialect != AutoscalingDialect::y2025) return;
  record::field(json, "reason", scaling.reason);
  record::field(json, "peak_throughput", scaling.peak_tokens_per_s);
}

}  // namespace

std::string autoscaling_stats_json(const record::Run& run, AutoscalingDialect dialect) {
  text::JsonWriter json;
  json.begin_array();
  if (!run.autoscaling) return json.end_array().text();
  const Autoscaling& scaling = *run.autoscaling;
  for (std::size_t i = 0; i < scaling.steps.size(); ++i) {
    const ScalingStep& step = scaling.steps[i];
    const bool stops = step.action == ScalingAction::stop;
    if (!stops && !changed(step.action)) continue;
    json.begin_object();
    json.key("timestamp").value(timestamp(run.created, step.end_ns));
    json.key("mode").value(name_of(scaling.mode));
    json.key("action").value(name_of(step.action));
    json.key("users").value(stops ? scaling.users.value_or(step.users) : users_after(scaling, i));
    json.key("saturation_level").value(step.saturation.value);
    if (stops) {
      write_stop(json, scaling, dialect);
    } else {
      write_change(json, step);
    }
    json.end_object();
  }
  json.end_array();
  return json.text();
}

std::string autoscaling_summary_json(const record::Run& run) {
  if (!run.autoscaling) return "null";
  const Autoscaling& scaling = *run.autoscaling;
  std::uint64_t events = 0;
  for (const ScalingStep& step : scaling.steps) events += changed(step.action) ? 1 : 0;
  text::JsonWriter json;
  json.begin_object();
  json.key("initial_users").value(scaling.initial_users);
  json.key("final_users").value(scaling.users.value_or(scaling.final_users));
  json.key("total_scale_events").value(events);
  if (scaling.mode == ScalingMode::capacity) {
    record::field(json, "peak_user_count", scaling.users);
    record::field(json, "peak_throughput_tokens_per_sec", scaling.peak_tokens_per_s);
  }
  json.end_object();
  return json.text();
}

}  // namespace spillway::report
