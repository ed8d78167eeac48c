// SPDX-License-Identifier: Apache-2.0
#include "record/host_sample.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "record/json_fields.h"
#include "stats/order_statistics.h"

namespace spillway::record {
namespace {

void block_field(text::JsonWriter& json, const std::optional<std::vector<HostBlock>>& block) {
  if (!block) {
    json.key("block").null();
    return;
  }
  list(json, "block", *block, [&](const HostBlock& one) {
    json.begin_object();
    field(json, "device", one.device);
    field(json, "reads", one.reads);
    field(json, "read_bytes", one.read_bytes);
    field(json, "read_ms", one.read_ms);
    field(json, "writes", one.writes);
    field(json, "write_bytes", one.write_bytes);
    field(json, "write_ms", one.write_ms);
    field(json, "in_flight", one.in_flight);
    field(json, "busy_ms", one.busy_ms);
    field(json, "queue_ms", one.queue_ms);
    json.end_object();
  });
}

void figures_field(text::JsonWriter& json, std::string_view key, const HostSample::Figures& figures,
                   std::span<const std::string_view> names) {
  object(json, key, [&] {
    for (const std::string_view name : names) {
      const auto found = figures.find(name);
      field(json, name,
            found == figures.end() ? std::nullopt : std::optional<std::uint64_t>(found->second));
    }
  });
}

void pressure_line(text::JsonWriter& json, std::string_view key, const PressureLine& line) {
  object(json, key, [&] {
    field(json, "avg10_percent", line.avg10_percent);
    field(json, "total_us", line.total_us);
  });
}

void pressure_field(text::JsonWriter& json, const HostSample& sample) {
  object(json, "pressure", [&] {
    for (std::size_t i = 0; i < kHostPressure.size(); ++i) {
      object(json, kHostPressure.at(i), [&] {
        pressure_line(json, "some", sample.pressure.at(i).some);
        pressure_line(json, "full", sample.pressure.at(i).full);
      });
    }
  });
}

void processes_field(text::JsonWriter& json,
                     const std::optional<std::vector<ProcessCounters>>& processes) {
  if (!processes) {
    json.key("processes").null();
    return;
  }
  list(json, "processes", *processes, [&](const ProcessCounters& one) {
    json.begin_object();
    field(json, "pid", one.pid);
    field(json, "command_line", one.command_line);
    field(json, "read_bytes", one.read_bytes);
    field(json, "write_bytes", one.write_bytes);
    field(json, "read_calls", one.read_calls);
    field(json, "write_calls", one.write_calls);
    json.end_object();
  });
}

std::optional<double> seconds_of(const std::optional<Duration>& gap) {
  return gap ? std::optional(to_seconds(*gap)) : std::nullopt;
}

}  // namespace

SampleCadence sample_cadence(Duration intended, std::span<const Duration> begun,
                             std::uint64_t slots) {
  SampleCadence cadence;
  cadence.intended = intended;
  cadence.count = begun.size();
  cadence.missed = slots - std::min<std::uint64_t>(slots, begun.size());
  std::vector<double> gaps;
  for (std::size_t i = 1; i < begun.size(); ++i) {
    gaps.push_back(static_cast<double>((begun[i] - begun[i - 1]).count()));
  }
  if (gaps.empty()) return cadence;
  std::ranges::sort(gaps);
  cadence.median_gap = Duration(static_cast<Duration::rep>(stats::median(gaps)));
  cadence.largest_gap = Duration(static_cast<Duration::rep>(gaps.back()));
  return cadence;
}

std::string host_sample_json(const HostSample& sample) {
  text::JsonWriter json;
  json.begin_object();
  field(json, "timestamp_utc", utc_text(sample.taken));
  field(json, "slot", sample.slot);
  field(json, "since_start_s", to_seconds(sample.since_start));
  block_field(json, sample.block);
  object(json, "cpu", [&] {
    field(json, "user_share", sample.cpu.user);
    field(json, "system_share", sample.cpu.system);
    field(json, "iowait_share", sample.cpu.iowait);
  });
  figures_field(json, "memory_kib", sample.memory_kib, kHostMemory);
  figures_field(json, "paging", sample.paging, kHostPaging);
  pressure_field(json, sample);
  object(json, "cgroup", [&] {
    field(json, "read_bytes", sample.group.read_bytes);
    field(json, "write_bytes", sample.group.write_bytes);
    field(json, "memory_bytes", sample.group.memory_bytes);
  });
  object(json, "gpu", [&] {
    field(json, "memory_bytes", sample.gpu.memory_bytes);
    field(json, "memory_used_bytes", sample.gpu.memory_used_bytes);
  });
  processes_field(json, sample.processes);
  json.end_object();
  return json.text();
}

std::string sample_cadence_json(const SampleCadence& cadence) {
  text::JsonWriter json;
  json.begin_object();
  field(json, "intended_s", to_seconds(cadence.intended));
  field(json, "samples", cadence.count);
  field(json, "missed_slots", cadence.missed);
  field(json, "median_gap_s", seconds_of(cadence.median_gap));
  field(json, "largest_gap_s", seconds_of(cadence.largest_gap));
  json.end_object();
  return json.text();
}

}  // namespace spillway::record
