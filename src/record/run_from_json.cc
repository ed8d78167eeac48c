// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <sys/stat.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"
#include "record/beside_json.h"
#include "record/histogram_names.h"
#include "record/json_members.h"
#include "record/run_json.h"
#include "text/json_reader.h"

namespace spillway::record {
namespace {

using record::read;
using text::JsonValue;

void read(const JsonValue& json, Plan& plan) {
  field(json, "hash", plan.hash);
  field(json, "requests", plan.requests);
  field(json, "input_tokens", plan.input_tokens);
  field(json, "output_tokens", plan.output_tokens);
  field(json, "users", plan.users);
  field(json, "workload", plan.workload);
}

void read(const JsonValue& json, Window& window) {
  static constexpr std::array<std::string_view, 2> kClocks = {name_of(ClockKind::real),
                                                              name_of(ClockKind::virtual_)};
  field(json, "start_ns", window.start_ns);
  field(json, "end_ns", window.end_ns);
  field(json, "warm_up_ns", window.warm_up_ns);
  window.clock = static_cast<ClockKind>(name_index(json.at("clock"), kClocks));
}

void read(const JsonValue& json, Requests& requests) {
  field(json, "offered", requests.offered);
  field(json, "completed", requests.completed);
  field(json, "failed", requests.failed);
  field(json, "abandoned", requests.abandoned);
  field(json, "warm_up", requests.warm_up);
  field(json, "oversized", requests.oversized);
  field(json, "late", requests.late);
  field(json, "input_tokens", requests.input_tokens);
  field(json, "output_tokens", requests.output_tokens);
}

void read(const JsonValue& json, stats::Traffic& traffic) {
  field(json, "operations", traffic.operations);
  field(json, "bytes", traffic.bytes);
  const JsonValue& errors = json.at("errors_by_class");
  for (std::size_t i = 0; i < stats::kErrorClasses; ++i) {
    field(errors, name_of(static_cast<stats::ErrorClass>(i)), traffic.errors.at(i));
  }
}

void read(const JsonValue& json, TierCounters& tier) {
  field(json, "modelled", tier.modelled);
  const bool unlimited = json.at("unlimited").as_bool();
  tier.capacity_bytes = unlimited ? kUnlimited.count() : json.at("capacity_bytes").as_uint();
  field(json, "peak_bytes", tier.peak_bytes);
  if (json.find("held_bytes") != nullptr) {  // older records do not say
    field(json, "held_bytes", tier.held_bytes);
    field(json, "held_blocks", tier.held_blocks);
  }
  field(json, "stores", tier.stores);
  field(json, "stored_bytes", tier.stored_bytes);
  field(json, "evictions", tier.evictions);
  field(json, "evicted_bytes", tier.evicted_bytes);
  field(json, "demotions", tier.demotions);
  field(json, "demoted_bytes", tier.demoted_bytes);
  field(json, "demotions_in", tier.demotions_in);
  field(json, "demoted_in_bytes", tier.demoted_in_bytes);
  field(json, "promotions", tier.promotions);
  field(json, "promoted_bytes", tier.promoted_bytes);
  field(json, "bypasses", tier.bypasses);
  read(json.at("read"), tier.read);
  read(json.at("write"), tier.write);
}

void read(const JsonValue& json, Reuse& reuse) {
  field(json, "blocks_asked", reuse.blocks_asked);
  const JsonValue& hits = json.at("blocks_hit");
  for (const TierId tier : kAllTiers)
    field(hits, name_of(tier), reuse.blocks_hit.at(index_of(tier)));
  field(json, "tokens_asked", reuse.tokens_asked);
  field(json, "tokens_hit", reuse.tokens_hit);
}

// Records from before there were entries and classes lack both.
void read(const JsonValue& json, EntryFigures& entries) {
  const JsonValue& reuse = json.at("reuse");
  for (const ReuseKind kind : kAllReuseKinds) {
    const JsonValue& figures = reuse.at(name_of(kind));
    field(figures, "asked", entries.asked.at(index_of(kind)));
    field(figures, "hit", entries.hit.at(index_of(kind)));
    field(figures, "tokens_hit", entries.tokens_hit.at(index_of(kind)));
  }
  field(json, "decode_reads", entries.decode_reads);
  field(json, "decode_misses", entries.decode_misses);
}

std::int64_t nanoseconds_of(const JsonValue& milliseconds) {
  return std::llround(milliseconds.as_double() * 1e6);
}

void read(const JsonValue& json, ClassFigures& figures, QosTarget& target) {
  read(json.at("requests"), figures.requests);
  field(json, "admitted", figures.admitted);
  const JsonValue& sla = json.at("sla");
  field(sla, "ttft_met", figures.met_ttft);
  field(sla, "tier_time_met", figures.met_tier_time);
  target.ttft_ns = nanoseconds_of(sla.at("ttft_target_ms"));
  target.tier_time_ns = nanoseconds_of(sla.at("tier_time_target_ms"));
  for (std::size_t i = 0; i < kSlaTails.size(); ++i) {
    const std::string name = fmt::format("ttft_{}", kSlaTails.at(i).name);
    // Records from before there were such targets lack them.
    const JsonValue* const promised = sla.find(name + "_target_ms");
    if (promised == nullptr || promised->is_null()) continue;
    target.tail_ns.at(i) = nanoseconds_of(*promised);
    field(sla, name + "_met", figures.met_tail.at(i));
  }
}

std::optional<DeviceTraffic> read_device(const JsonValue& bytes, const JsonValue& json) {
  if (bytes.is_null()) return std::nullopt;
  DeviceTraffic device;
  read(bytes, device.bytes);
  field(json, "operations", device.operations);
  field(json, "time_ns", device.time_ns);
  return device;
}

void read(const JsonValue& json, StorageProof& proof) {
  field(json, "logical_read_bytes", proof.logical_read_bytes);
  field(json, "logical_write_bytes", proof.logical_write_bytes);
  field(json, "direct", proof.direct);
  field(json, "process_read_bytes", proof.process_read_bytes);
  field(json, "process_write_bytes", proof.process_write_bytes);
  text_or_null(json, "reason", proof.reason);
  const JsonValue& device = json.at("device");
  proof.device_read = read_device(json.at("device_read_bytes"), device.at("read"));
  proof.device_write = read_device(json.at("device_write_bytes"), device.at("write"));
}

void read_engine(const JsonValue& json, Run& run) {
  field(json, "busy_ns", run.observed.engine.busy_ns);
  field(json, "wanting_ns", run.observed.engine.wanting_ns);
  field(json, "depth_ns", run.observed.engine.depth_ns);
  field(json, "cpu_seconds", run.cost.cpu_seconds);
  field(json, "wall_seconds", run.cost.wall_seconds);
  field(json, "peak_memory_bytes", run.cost.peak_memory_bytes);
}

void read(const JsonValue& json, stats::Estimate& estimate) {
  field(json, "value", estimate.value);
  field(json, "low", estimate.low);
  field(json, "high", estimate.high);
}

void read(const JsonValue& json, ScalingStep& step) {
  field(json, "users", step.users);
  field(json, "users_sending", step.users_sending);
  field(json, "start_ns", step.start_ns);
  field(json, "measured_from_ns", step.measured_from_ns);
  field(json, "end_ns", step.end_ns);
  field(json, "windows", step.windows);
  field(json, "steady", step.steady);
  field(json, "completed", step.completed);
  field(json, "sent_per_s", step.sent_per_s);
  field(json, "completed_per_s", step.completed_per_s);
  read(json.at("tokens_per_s"), step.tokens_per_s);
  field(json, "ttft_p95_ms", step.ttft_p95_ms);
  field(json, "tier_time_p95_ms", step.tier_time_p95_ms);
  field(json, "storage_read_p95_ms", step.storage_read_p95_ms);
  field(json, "storage_write_p95_ms", step.storage_write_p95_ms);
  field(json, "storage_gb_per_s", step.storage_gb_per_s);
  // Records from before queues were looked at lack it.
  if (const JsonValue* const depth = json.find("queue_depth")) read(*depth, step.queue_depth);
  read(json.at("saturation"), step.saturation);
  step.action = static_cast<ScalingAction>(name_index(json.at("action"), kScalingActions));
  field(json, "reason", step.reason);
}

void read(const JsonValue& json, Autoscaling& scaling) {
  scaling.mode = static_cast<ScalingMode>(name_index(json.at("mode"), kScalingModes));
  field(json, "target_saturation", scaling.target_saturation);
  field(json, "initial_users", scaling.initial_users);
  field(json, "final_users", scaling.final_users);
  field(json, "users", scaling.users);
  field(json, "users_low", scaling.users_low);
  field(json, "users_high", scaling.users_high);
  field(json, "peak_tokens_per_s", scaling.peak_tokens_per_s);
  field(json, "reason", scaling.reason);
  for (const JsonValue& step : json.at("steps").elements()) {
    read(step, scaling.steps.emplace_back());
  }
}

void read_endings(const JsonValue& json, Run& run) {
  if (json.at("interrupted").as_bool()) {
    const JsonValue& interruption = json.at("interruption");
    run.interrupted =
        static_cast<Interruption>(name_index(interruption.at("kind"), kInterruptionNames));
    field(interruption, "by", run.interrupted_by);
  }
  for (const JsonValue& reason : json.at("decision_grade_reasons").elements()) {
    field(reason, "code", run.reasons.emplace_back().code);
    field(reason, "text", run.reasons.back().text);
  }
  for (const JsonValue& warning : json.at("warnings").elements()) {
    read(warning, run.warnings.emplace_back());
  }
  for (const JsonValue& error : json.at("errors").elements()) {
    ErrorCount& entry = run.observed.errors[error.at("class").as_string()];
    field(error, "count", entry.count);
    field(error, "example", entry.example);
  }
}

void read_histograms(const JsonValue& json, Observations& observed) {
  for_each_histogram(observed, [&json](const std::string& name, stats::Histogram& histogram) {
    if (const JsonValue* found = json.find(name)) histogram = read_histogram(*found);
  });
}

void read_observed(const JsonValue& json, Observations& seen) {
  read(json.at("requests"), seen.requests);
  const JsonValue& tiers = json.at("tiers");
  for (const TierId tier : kAllTiers) read(tiers.at(name_of(tier)), seen.tier(tier));
  read(json.at("reuse"), seen.reuse);
  if (const JsonValue* const entries = json.find("entries")) read(*entries, seen.entries);
  if (const JsonValue* const classes = json.find("classes")) {
    for (const Qos qos : kAllQos) {
      read(classes->at(name_of(qos)), seen.of(qos), seen.targets.at(index_of(qos)));
    }
  }
  const JsonValue& verification = json.at("verification");
  field(verification, "blocks", seen.verification.blocks);
  field(verification, "corrupted", seen.verification.corrupted);
  read_histograms(json.at("histograms"), seen);
}

Run read_run(const JsonValue& json) {
  Run run;
  const JsonValue& schema = json.at("schema");
  if (schema.as_string() != kSchema) schema.fail(fmt::format("\"{}\"", kSchema));
  field(json, "created", run.created);
  read(json.at("plan"), run.plan);
  read(json.at("window"), run.window);
  for (const auto& [name, setting] : json.at("settings").members()) {
    run.settings.push_back(read_setting(name, setting));
  }
  for (const auto& [name, known] : json.at("environment").members()) {
    run.environment.push_back({.name = name, .value = any_value(known)});
  }
  read_observed(json, run.observed);
  read(json.at("storage_proof"), run.proof);
  read_engine(json.at("engine"), run);
  // Records from before there was a search for users lack it.
  if (const JsonValue* const scaling = json.find("autoscaling")) {
    if (!scaling->is_null()) read(*scaling, run.autoscaling.emplace());
  }
  const JsonValue& recorder = json.at("recorder");
  field(recorder, "rows", run.recorder.rows);
  field(recorder, "dropped", run.recorder.dropped);
  text_or_null(recorder, "error", run.recorder.error);
  read_beside(json, run);
  read_endings(json, run);
  return run;
}

}  // namespace

Run from_json(std::string_view text, const std::string& file) {
  return read_run(text::parse_json(text, file));
}

Run load_run(const std::string& path) {
  struct stat status{};
  const bool is_directory = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  return read_run(text::read_json(is_directory ? path + "/record.json" : path));
}

}  // namespace spillway::record
