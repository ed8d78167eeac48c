// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>

#include "record/beside_json.h"
#include "record/histogram_names.h"
#include "record/json_fields.h"
#include "record/run_json.h"
#include "text/json_writer.h"

namespace spillway::record {
namespace {

using text::JsonLayout;
using text::JsonWriter;

void write_plan(JsonWriter& json, const Plan& plan) {
  field(json, "hash", plan.hash);
  field(json, "requests", plan.requests);
  field(json, "input_tokens", plan.input_tokens);
  field(json, "output_tokens", plan.output_tokens);
  field(json, "users", plan.users);
  field(json, "workload", plan.workload);
}

void write_window(JsonWriter& json, const Window& window) {
  field(json, "start_ns", window.start_ns);
  field(json, "end_ns", window.end_ns);
  field(json, "warm_up_ns", window.warm_up_ns);
  field(json, "duration_s", window.seconds());
  field(json, "clock", name_of(window.clock));
}

void write_requests(JsonWriter& json, const Requests& requests) {
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

void write_throughput(JsonWriter& json, const Run& run) {
  const Requests& requests = run.observed.requests;
  const TierCounters& storage = run.observed.tier(TierId::storage);
  field(json, "requests_per_s", per_second(requests.completed, run.window));
  field(json, "input_tokens_per_s", per_second(requests.input_tokens, run.window));
  field(json, "output_tokens_per_s", per_second(requests.output_tokens, run.window));
  field(json, "storage_read_gb_per_s", ratio(per_second(storage.read.bytes, run.window), 1e9));
  field(json, "storage_write_gb_per_s", ratio(per_second(storage.write.bytes, run.window), 1e9));
}

void write_stages(JsonWriter& json, const StageLatencies& stages) {
  for_each_stage(stages, [&](std::string_view name, const stats::Histogram& histogram) {
    summary(json, name, histogram);
  });
}

void write_traffic(JsonWriter& json, const stats::Traffic& traffic) {
  field(json, "operations", traffic.operations);
  field(json, "bytes", traffic.bytes);
  field(json, "errors", traffic.failed());
  object(json, "errors_by_class", [&] {
    for (std::size_t i = 0; i < stats::kErrorClasses; ++i) {
      field(json, name_of(static_cast<stats::ErrorClass>(i)), traffic.errors.at(i));
    }
  });
  summary(json, "latency_ms", traffic.latency);
  summary(json, "waiting_ms", traffic.waiting);
  summary(json, "moving_ms", traffic.moving);
}

void write_tier(JsonWriter& json, const TierCounters& tier) {
  field(json, "modelled", tier.modelled);
  field(json, "capacity_bytes",
        tier.is_unlimited() ? std::nullopt : std::optional(tier.capacity_bytes));
  field(json, "unlimited", tier.is_unlimited());
  field(json, "peak_bytes", tier.peak_bytes);
  field(json, "held_bytes", tier.held_bytes);
  field(json, "held_blocks", tier.held_blocks);
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
  summary(json, "demotion_latency_ms", tier.demotion);
  object(json, "read", [&] { write_traffic(json, tier.read); });
  object(json, "write", [&] { write_traffic(json, tier.write); });
}

void write_reuse(JsonWriter& json, const Reuse& reuse) {
  field(json, "blocks_asked", reuse.blocks_asked);
  object(json, "blocks_hit", [&] {
    for (const TierId tier : kAllTiers)
      field(json, name_of(tier), reuse.blocks_hit.at(index_of(tier)));
  });
  field(json, "hit_ratio", hit_ratio(reuse));
  field(json, "tokens_asked", reuse.tokens_asked);
  field(json, "tokens_hit", reuse.tokens_hit);
  field(json, "token_hit_ratio", token_hit_ratio(reuse));
}

void write_entries(JsonWriter& json, const EntryFigures& entries) {
  object(json, "reuse", [&] {
    for (const ReuseKind kind : kAllReuseKinds) {
      const std::uint64_t asked = entries.asked.at(index_of(kind));
      const std::uint64_t hit = entries.hit.at(index_of(kind));
      object(json, name_of(kind), [&] {
        field(json, "asked", asked);
        field(json, "hit", hit);
        field(json, "hit_ratio", share(hit, asked));
        field(json, "tokens_hit", entries.tokens_hit.at(index_of(kind)));
      });
    }
  });
  field(json, "decode_reads", entries.decode_reads);
  field(json, "decode_misses", entries.decode_misses);
  object(json, "latency_ms", [&] {
    for_each_entry_stage(entries, [&](std::string_view name, const stats::Histogram& histogram) {
      summary(json, name, histogram);
    });
  });
}

// Where nothing is promised, nothing is kept.
void write_tails(JsonWriter& json, const ClassFigures& figures, const QosTarget& target) {
  for (std::size_t i = 0; i < kSlaTails.size(); ++i) {
    const std::int64_t ns = target.tail_ns.at(i);
    const auto promised = [ns](auto value) { return ns > 0 ? std::optional(value) : std::nullopt; };
    const std::uint64_t met = figures.met_tail.at(i);
    const std::string name = fmt::format("ttft_{}", kSlaTails.at(i).name);
    field(json, name + "_target_ms", promised(static_cast<double>(ns) / 1e6));
    field(json, name + "_met", promised(met));
    field(json, name + "_compliance",
          ns > 0 ? share(met, figures.requests.completed) : std::nullopt);
  }
}

void write_class(JsonWriter& json, const ClassFigures& figures, const QosTarget& target,
                 const Window& window) {
  const auto milliseconds = [](std::int64_t ns) { return static_cast<double>(ns) / 1e6; };
  object(json, "requests", [&] { write_requests(json, figures.requests); });
  field(json, "admitted", figures.admitted);
  field(json, "goodput_requests_per_s", per_second(figures.met_ttft, window));
  object(json, "sla", [&] {
    field(json, "ttft_target_ms", milliseconds(target.ttft_ns));
    field(json, "ttft_met", figures.met_ttft);
    field(json, "ttft_compliance", share(figures.met_ttft, figures.requests.completed));
    write_tails(json, figures, target);
    field(json, "tier_time_target_ms", milliseconds(target.tier_time_ns));
    field(json, "tier_time_met", figures.met_tier_time);
    field(json, "tier_time_compliance", share(figures.met_tier_time, figures.requests.completed));
  });
  object(json, "latency_ms", [&] {
    for_each_class_stage(figures, [&](std::string_view name, const stats::Histogram& histogram) {
      summary(json, name, histogram);
    });
  });
}

void write_device(JsonWriter& json, const Window& window,
                  const std::optional<DeviceTraffic>& device, const stats::Histogram& pieces,
                  const stats::Histogram& blocks) {
  const auto of_device = [&](std::uint64_t DeviceTraffic::* member) {
    return device ? std::optional((*device).*member) : std::nullopt;
  };
  const std::optional<double> latency = device_latency_ms(device);
  field(json, "operations", of_device(&DeviceTraffic::operations));
  field(json, "time_ns", of_device(&DeviceTraffic::time_ns));
  field(json, "mean_latency_ms", latency);
  field(json, "mean_queue_depth", device_queue_depth(device, window));
  field(json, "application_mean_latency_ms", mean_ms(pieces));
  field(json, "ratio", ratio(mean_ms(pieces), latency));
  field(json, "block_mean_latency_ms", mean_ms(blocks));
  field(json, "block_ratio", ratio(mean_ms(blocks), latency));
}

void write_proof(JsonWriter& json, const Run& run) {
  const StorageProof& proof = run.proof;
  const TierCounters& storage = run.observed.tier(TierId::storage);
  const EngineSums& engine = run.observed.engine;
  const auto bytes = [](const std::optional<DeviceTraffic>& device) {
    return device ? std::optional(device->bytes) : std::nullopt;
  };
  field(json, "logical_read_bytes", proof.logical_read_bytes);
  field(json, "device_read_bytes", bytes(proof.device_read));
  field(json, "logical_write_bytes", proof.logical_write_bytes);
  field(json, "device_write_bytes", bytes(proof.device_write));
  field(json, "direct", proof.direct);
  field(json, "process_read_bytes", proof.process_read_bytes);
  field(json, "process_write_bytes", proof.process_write_bytes);
  text_or_null(json, "reason", proof.reason);
  object(json, "device", [&] {
    object(json, "read", [&] {
      write_device(json, run.window, proof.device_read, engine.read_piece, storage.read.latency);
    });
    object(json, "write", [&] {
      write_device(json, run.window, proof.device_write, engine.write_piece, storage.write.latency);
    });
  });
}

void write_engine(JsonWriter& json, const Run& run) {
  const EngineSums& engine = run.observed.engine;
  field(json, "achieved_queue_depth", achieved_queue_depth(engine));
  field(json, "ring_idle_ratio", ring_idle_ratio(engine));
  field(json, "busy_ns", engine.busy_ns);
  field(json, "wanting_ns", engine.wanting_ns);
  field(json, "depth_ns", engine.depth_ns);
  summary(json, "read_piece_ms", engine.read_piece);
  summary(json, "write_piece_ms", engine.write_piece);
  field(json, "cpu_seconds", run.cost.cpu_seconds);
  field(json, "cpu_seconds_per_gb", cpu_seconds_per_gb(run));
  field(json, "wall_seconds", run.cost.wall_seconds);
  field(json, "peak_memory_bytes", run.cost.peak_memory_bytes);
  summary(json, "loop_turn_us", engine.loop_turn, 1e3);
}

void write_estimate(JsonWriter& json, std::string_view name, const stats::Estimate& estimate) {
  object(json, name, [&] {
    field(json, "value", estimate.value);
    field(json, "low", estimate.low);
    field(json, "high", estimate.high);
  });
}

void write_step(JsonWriter& json, const ScalingStep& step) {
  json.begin_object();
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
  write_estimate(json, "tokens_per_s", step.tokens_per_s);
  field(json, "ttft_p95_ms", step.ttft_p95_ms);
  field(json, "tier_time_p95_ms", step.tier_time_p95_ms);
  field(json, "storage_read_p95_ms", step.storage_read_p95_ms);
  field(json, "storage_write_p95_ms", step.storage_write_p95_ms);
  field(json, "storage_gb_per_s", step.storage_gb_per_s);
  field(json, "queue_depth", step.queue_depth);
  write_estimate(json, "saturation", step.saturation);
  field(json, "action", name_of(step.action));
  field(json, "reason", step.reason);
  json.end_object();
}

void write_autoscaling(JsonWriter& json, const Autoscaling& scaling) {
  field(json, "mode", name_of(scaling.mode));
  field(json, "target_saturation", scaling.target_saturation);
  field(json, "initial_users", scaling.initial_users);
  field(json, "final_users", scaling.final_users);
  field(json, "decided", scaling.decided());
  field(json, "users", scaling.users);
  field(json, "users_low", scaling.users_low);
  field(json, "users_high", scaling.users_high);
  field(json, "peak_tokens_per_s", scaling.peak_tokens_per_s);
  field(json, "reason", scaling.reason);
  list(json, "steps", scaling.steps, [&](const ScalingStep& step) { write_step(json, step); });
}

void write_endings(JsonWriter& json, const Run& run) {
  const bool interrupted = run.interrupted != Interruption::none;
  field(json, "interrupted", interrupted);
  if (interrupted) {
    object(json, "interruption", [&] {
      field(json, "kind", name_of(run.interrupted));
      field(json, "by", run.interrupted_by);
    });
  } else {
    json.key("interruption").null();
  }
  field(json, "decision_grade", run.decision_grade());
  list(json, "decision_grade_reasons", run.reasons, [&](const Reason& reason) {
    json.begin_object();
    field(json, "code", reason.code);
    field(json, "text", reason.text);
    json.end_object();
  });
  list(json, "warnings", run.warnings, [&](const std::string& warning) { json.value(warning); });
  list(json, "errors", run.observed.errors, [&](const auto& entry) {
    json.begin_object();
    field(json, "class", entry.first);
    field(json, "count", entry.second.count);
    field(json, "example", entry.second.example);
    json.end_object();
  });
}

void write_observed(JsonWriter& json, const Run& run) {
  const Observations& seen = run.observed;
  object(json, "requests", [&] { write_requests(json, seen.requests); });
  object(json, "throughput", [&] { write_throughput(json, run); });
  object(json, "latency_ms", [&] { write_stages(json, seen.completed); });
  object(json, "failed_latency_ms", [&] { write_stages(json, seen.failed); });
  object(json, "tiers", [&] {
    for (const TierId tier : kAllTiers) {
      object(json, name_of(tier), [&] { write_tier(json, seen.tier(tier)); });
    }
  });
  object(json, "reuse", [&] { write_reuse(json, seen.reuse); });
  object(json, "entries", [&] { write_entries(json, seen.entries); });
  object(json, "classes", [&] {
    for (const Qos qos : kAllQos) {
      object(json, name_of(qos),
             [&] { write_class(json, seen.of(qos), seen.targets.at(index_of(qos)), run.window); });
    }
  });
  object(json, "storage_proof", [&] { write_proof(json, run); });
  object(json, "engine", [&] { write_engine(json, run); });
  object(json, "verification", [&] {
    field(json, "blocks", seen.verification.blocks);
    field(json, "corrupted", seen.verification.corrupted);
  });
}

}  // namespace

std::string to_json(const Run& run) {
  JsonWriter json(JsonLayout::pretty);
  json.begin_object();
  field(json, "schema", run.schema);
  field(json, "created", run.created);
  object(json, "plan", [&] { write_plan(json, run.plan); });
  object(json, "window", [&] { write_window(json, run.window); });
  object(json, "settings", [&] {
    for (const Setting& setting : run.settings) write_setting(json, setting);
  });
  object(json, "environment", [&] {
    for (const Fact& each : run.environment) {
      json.key(each.name);
      any_value(json, each.value);
    }
  });
  write_observed(json, run);
  if (run.autoscaling) {
    object(json, "autoscaling", [&] { write_autoscaling(json, *run.autoscaling); });
  } else {
    json.key("autoscaling").null();
  }
  object(json, "recorder", [&] {
    field(json, "rows", run.recorder.rows);
    field(json, "dropped", run.recorder.dropped);
    text_or_null(json, "error", run.recorder.error);
  });
  write_beside(json, run);
  write_endings(json, run);
  object(json, "histograms", [&] {
    for_each_histogram(run.observed,
                       [&](const std::string& name, const stats::Histogram& histogram) {
                         if (!histogram.empty())
                           object(json, name, [&] { write_histogram(json, histogram); });
                       });
  });
  json.end_object();
  return json.text() + "\n";
}

}  // namespace spillway::record
