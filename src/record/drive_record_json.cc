// SPDX-License-Identifier: Apache-2.0
#include "record/drive_record_json.h"

#include <fmt/core.h>

#include <optional>

#include "record/json_fields.h"
#include "record/json_members.h"
#include "text/json_reader.h"
#include "text/json_writer.h"

namespace spillway::record {
namespace {

using text::JsonValue;
using text::JsonWriter;

// Rates of requests that succeeded.
std::optional<double> rate(std::uint64_t count, double seconds) {
  return seconds > 0 ? std::optional(static_cast<double>(count) / seconds) : std::nullopt;
}

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  list(json, name, texts, [&](const std::string& text) { json.value(text); });
}

std::vector<std::string> read_texts(const JsonValue& json) {
  std::vector<std::string> texts;
  for (const JsonValue& text : json.elements()) texts.push_back(text.as_string());
  return texts;
}

void write_faults(JsonWriter& json, const DrivePhaseRecord& phase) {
  for (std::size_t i = 1; i < phase.faults.size(); ++i) {
    if (phase.faults.at(i) == 0) continue;
    field(json, name_of(static_cast<CompletionFault>(i)), phase.faults.at(i));
  }
}

void write_figures(JsonWriter& json, const DrivePhaseRecord& phase) {
  const DriveCounts& counts = phase.counts;
  field(json, "duration_s", phase.duration_s);
  object(json, "counts", [&] {
    for_each_count(counts,
                   [&](std::string_view name, std::uint64_t count) { field(json, name, count); });
  });
  object(json, "faults", [&] { write_faults(json, phase); });
  object(json, "throughput", [&] {
    field(json, "requests_per_s", rate(counts.completed, phase.duration_s));
    field(json, "completion_tokens_per_s", rate(counts.completion_tokens, phase.duration_s));
    field(json, "output_tokens_per_s_est", rate(counts.output_tokens_est, phase.duration_s));
  });
  object(json, "latency_ms", [&] {
    for_each_latency(phase.latencies,
                     [&](std::string_view name, const stats::Histogram& histogram) {
                       summary(json, name, histogram);
                     });
  });
}

void write_phase(JsonWriter& json, const DrivePhaseRecord& phase) {
  json.begin_object();
  field(json, "name", phase.name);
  text_or_null(json, "role", phase.role);
  field(json, "measured", phase.measured);
  field(json, "ran", phase.ran);
  field(json, "start", phase.ran ? std::optional(utc_text(phase.start)) : std::nullopt);
  field(json, "end", phase.ran ? std::optional(utc_text(phase.end)) : std::nullopt);
  field(json, "concurrency", phase.concurrency);
  write_figures(json, phase);
  object(json, "histograms", [&] {
    for_each_latency(phase.latencies,
                     [&](std::string_view name, const stats::Histogram& histogram) {
                       if (histogram.empty()) return;
                       object(json, name, [&] { write_histogram(json, histogram); });
                     });
  });
  json.end_object();
}

void read_time(const JsonValue& json, UtcTime& time) {
  if (json.is_null()) return;
  const std::optional<UtcTime> read = parse_utc(json.as_string());
  if (!read) json.fail("a time such as \"2026-02-12T00:05:00+00:00\"");
  time = *read;
}

void read_faults(const JsonValue& json, DrivePhaseRecord& phase) {
  std::array<std::string_view, kCompletionFaults> names{};
  for (std::size_t i = 0; i < names.size(); ++i) {
    names.at(i) = name_of(static_cast<CompletionFault>(i));
  }
  for (const auto& [name, count] : json.members()) {
    const auto place = std::ranges::find(names, name);
    if (place == names.end()) fail_name(count, names);
    phase.faults.at(static_cast<std::size_t>(place - names.begin())) = count.as_uint();
  }
  phase.faults.front() = phase.counts.completed;
}

DrivePhaseRecord read_phase(const JsonValue& json) {
  DrivePhaseRecord phase;
  field(json, "name", phase.name);
  text_or_null(json, "role", phase.role);
  field(json, "measured", phase.measured);
  field(json, "ran", phase.ran);
  read_time(json.at("start"), phase.start);
  read_time(json.at("end"), phase.end);
  field(json, "concurrency", phase.concurrency);
  field(json, "duration_s", phase.duration_s);
  const JsonValue& counts = json.at("counts");
  for_each_count(phase.counts,
                 [&](std::string_view name, std::uint64_t& count) { field(counts, name, count); });
  read_faults(json.at("faults"), phase);
  const JsonValue& histograms = json.at("histograms");
  for_each_latency(phase.latencies, [&](std::string_view name, stats::Histogram& histogram) {
    if (const JsonValue* const found = histograms.find(name)) histogram = read_histogram(*found);
  });
  return phase;
}

void write_verdict(JsonWriter& json, const DriveRecord& record) {
  field(json, "valid", record.valid());
  text_or_null(json, "invalid_reason", record.invalid_reason);
  write_texts(json, "invalid_details", record.invalid_details);
  field(json, "decision_grade", record.valid() && record.doubts.empty());
  write_texts(json, "decision_grade_reasons", record.doubts);
  field(json, "interrupted", record.interrupted);
  write_texts(json, "notes", record.notes);
}

void read_verdict(const JsonValue& json, DriveRecord& record) {
  text_or_null(json, "invalid_reason", record.invalid_reason);
  record.invalid_details = read_texts(json.at("invalid_details"));
  record.doubts = read_texts(json.at("decision_grade_reasons"));
  field(json, "interrupted", record.interrupted);
  record.notes = read_texts(json.at("notes"));
}

}  // namespace

std::string to_json(const DriveRecord& record) {
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  field(json, "schema", kDriveSchema);
  field(json, "created", record.created);
  field(json, "run_id", record.run_id);
  field(json, "scenario", record.scenario);
  text_or_null(json, "model", record.model);
  object(json, "plan", [&] { field(json, "hash", record.plan_hash); });
  object(json, "settings", [&] {
    for (const Setting& setting : record.settings) write_setting(json, setting);
  });
  object(json, "environment", [&] {
    for (const Fact& fact : record.environment) {
      json.key(fact.name);
      any_value(json, fact.value);
    }
  });
  write_verdict(json, record);
  object(json, "overall", [&] { write_figures(json, measured_of(record)); });
  list(json, "phases", record.phases,
       [&](const DrivePhaseRecord& phase) { write_phase(json, phase); });
  json.end_object();
  return json.text() + "\n";
}

DriveRecord drive_record_from_json(std::string_view text, const std::string& file) {
  const JsonValue json = text::parse_json(text, file);
  const JsonValue& schema = json.at("schema");
  if (schema.as_string() != kDriveSchema) schema.fail(fmt::format("\"{}\"", kDriveSchema));
  DriveRecord record;
  field(json, "created", record.created);
  field(json, "run_id", record.run_id);
  field(json, "scenario", record.scenario);
  text_or_null(json, "model", record.model);
  field(json.at("plan"), "hash", record.plan_hash);
  for (const auto& [name, setting] : json.at("settings").members()) {
    record.settings.push_back(read_setting(name, setting));
  }
  for (const auto& [name, known] : json.at("environment").members()) {
    record.environment.push_back({.name = name, .value = any_value(known)});
  }
  read_verdict(json, record);
  for (const JsonValue& phase : json.at("phases").elements()) {
    record.phases.push_back(read_phase(phase));
  }
  return record;
}

}  // namespace spillway::record
