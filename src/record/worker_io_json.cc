// SPDX-License-Identifier: Apache-2.0
#include "record/worker_io_json.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/json_fields.h"

namespace spillway::record {
namespace {

using text::JsonWriter;

constexpr std::uint64_t kSector = 512;  // of the kernel's counters
constexpr std::size_t kMostNamed = 5;

std::optional<double> in_mebibytes(std::optional<std::uint64_t> bytes) {
  constexpr double kMebibyte = 1024 * 1024;
  if (!bytes) return std::nullopt;
  return std::round(static_cast<double>(*bytes) / kMebibyte * 1000) / 1000;
}

void write_counters(JsonWriter& json, const ProcessCounters& one) {
  json.begin_object();
  field(json, "pid", one.pid);
  field(json, "cmdline", one.command_line);
  field(json, "read_bytes", one.read_bytes);
  field(json, "write_bytes", one.write_bytes);
  field(json, "syscr", one.read_calls);
  field(json, "syscw", one.write_calls);
  json.end_object();
}

void write_cgroup(JsonWriter& json, const CgroupIo& cgroup) {
  field(json, "available", cgroup.available);
  text_or_null(json, "source", cgroup.source);
  field(json, "container_pid", cgroup.pid);
  text_or_null(json, "cgroup_path", cgroup.path);
  object(json, "totals", [&] {
    field(json, "read_bytes", cgroup.available ? std::optional(cgroup.read_bytes) : std::nullopt);
    field(json, "write_bytes", cgroup.available ? std::optional(cgroup.write_bytes) : std::nullopt);
  });
  if (!cgroup.available) {
    field(json, "error", cgroup.error);
    return;
  }
  list(json, "devices", cgroup.devices, [&](const CgroupDevice& one) {
    json.begin_object();
    field(json, "device", one.device);
    field(json, "read_bytes", one.read_bytes);
    field(json, "write_bytes", one.write_bytes);
    json.end_object();
  });
}

void write_sources(JsonWriter& json, std::string_view name, const WorkerIo& reading) {
  object(json, name, [&] {
    field(json, "selected_source", reading.source());
    field(json, "container_proc_available", false);
    field(json, "host_proc_available", reading.available());
    field(json, "cgroup_io_available", reading.cgroup.available);
  });
}

void write_totals(JsonWriter& json, const WorkerIo& reading) {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  for (const ProcessCounters& one : reading.processes) {
    read += one.read_bytes;
    written += one.write_bytes;
  }
  object(json, "totals", [&] {
    field(json, "read_bytes", read);
    field(json, "write_bytes", written);
  });
}

void write_deltas(JsonWriter& json, std::string_view name, std::span<const ProcessDelta> deltas) {
  list(json, name, deltas, [&](const ProcessDelta& one) {
    json.begin_object();
    field(json, "pid", one.pid);
    field(json, "cmdline", one.command_line);
    field(json, "read_bytes_delta", one.read_bytes);
    field(json, "write_bytes_delta", one.write_bytes);
    json.end_object();
  });
}

// Those that moved most in one direction.
void write_top(JsonWriter& json, std::string_view name, std::vector<ProcessDelta> deltas,
               std::uint64_t ProcessDelta::* figure) {
  std::ranges::sort(deltas, [&](const ProcessDelta& a, const ProcessDelta& b) {
    return a.*figure != b.*figure ? a.*figure > b.*figure : a.pid < b.pid;
  });
  write_deltas(json, name, std::span(deltas).first(std::min(deltas.size(), kMostNamed)));
}

void write_pids(JsonWriter& json, std::string_view name, const WorkerIo& reading) {
  list(json, name, reading.processes, [&](const ProcessCounters& one) { json.value(one.pid); });
}

void write_moved(JsonWriter& json, const WorkerIoDelta& delta) {
  field(json, "read_bytes_delta", delta.read_bytes);
  field(json, "write_bytes_delta", delta.write_bytes);
  field(json, "read_mib_delta", in_mebibytes(delta.read_bytes));
  field(json, "write_mib_delta", in_mebibytes(delta.write_bytes));
  write_deltas(json, "per_pid_deltas", delta.processes);
  text_or_null(json, "cgroup_source_before", delta.before.cgroup.source);
  text_or_null(json, "cgroup_source_after", delta.after.cgroup.source);
  field(json, "cgroup_read_bytes_delta", delta.cgroup_read_bytes);
  field(json, "cgroup_write_bytes_delta", delta.cgroup_write_bytes);
  field(json, "cgroup_read_mib_delta", in_mebibytes(delta.cgroup_read_bytes));
  field(json, "cgroup_write_mib_delta", in_mebibytes(delta.cgroup_write_bytes));
  write_top(json, "top_writers", delta.processes, &ProcessDelta::write_bytes);
  write_top(json, "top_readers", delta.processes, &ProcessDelta::read_bytes);
}

}  // namespace

void write_block_stats(JsonWriter& json, const BlockSample& sample) {
  if (!sample.success) {
    json.null();
    return;
  }
  json.begin_object();
  field(json, "read_ios", sample.read_ios);
  field(json, "read_sectors", sample.read_bytes / kSector);
  field(json, "write_ios", sample.write_ios);
  field(json, "write_sectors", sample.write_bytes / kSector);
  field(json, "timestamp_utc", utc_text(sample.taken));
  json.end_object();
}

void write_block_delta(JsonWriter& json, const std::optional<BlockIoDelta>& delta) {
  if (!delta) {
    json.null();
    return;
  }
  json.begin_object();
  field(json, "read_ios_delta", delta->read_ios);
  field(json, "write_ios_delta", delta->write_ios);
  field(json, "read_bytes_delta", delta->read_bytes);
  field(json, "write_bytes_delta", delta->write_bytes);
  field(json, "read_mib_delta", in_mebibytes(delta->read_bytes));
  field(json, "write_mib_delta", in_mebibytes(delta->write_bytes));
  write_block_stats(json.key("before"), delta->before);
  write_block_stats(json.key("after"), delta->after);
  json.end_object();
}

void write_worker_io(JsonWriter& json, const WorkerIo& reading) {
  json.begin_object();
  field(json, "timestamp_utc", utc_text(reading.taken));
  field(json, "available", reading.available());
  field(json, "source", reading.source());
  field(json, "pattern", reading.pattern);
  list(json, "processes", reading.processes,
       [&](const ProcessCounters& one) { write_counters(json, one); });
  write_totals(json, reading);
  list(json, "errors", reading.errors, [&](const std::string& error) { json.value(error); });
  object(json, "cgroup_io", [&] { write_cgroup(json, reading.cgroup); });
  write_sources(json, "attribution_sources", reading);
  json.end_object();
}

void write_worker_delta(JsonWriter& json, const WorkerIoDelta& delta) {
  json.begin_object();
  field(json, "available", delta.available());
  field(json, "source_before", delta.before.source());
  field(json, "source_after", delta.after.source());
  write_sources(json, "attribution_sources_before", delta.before);
  write_sources(json, "attribution_sources_after", delta.after);
  write_pids(json, "matched_pids_before", delta.before);
  write_pids(json, "matched_pids_after", delta.after);
  write_moved(json, delta);
  json.end_object();
}

}  // namespace spillway::record
