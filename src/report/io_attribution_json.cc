// SPDX-License-Identifier: Apache-2.0
#include "report/io_attribution_json.h"

#include <array>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "record/json_fields.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::IoAttribution;
using analysis::IoCapture;
using analysis::IoSource;
using analysis::PhaseBlockIo;
using analysis::PhaseProcessIo;
using analysis::SampledBytes;
using record::field;
using record::list;
using record::object;
using text::JsonWriter;

constexpr int kSchemaVersion = 1;

std::string_view source_of(IoSource source, std::string_view boundary) {
  if (source == IoSource::boundary) return boundary;
  return source == IoSource::sampling ? "timeline_sampling_fallback" : "unavailable";
}

std::optional<std::uint64_t> read_of(const std::optional<SampledBytes>& bytes) {
  return bytes ? std::optional(bytes->read_bytes) : std::nullopt;
}
std::optional<std::uint64_t> written_of(const std::optional<SampledBytes>& bytes) {
  return bytes ? std::optional(bytes->write_bytes) : std::nullopt;
}

void write_sampled(JsonWriter& json, const std::optional<SampledBytes>& sampled) {
  field(json, "sampled_read_bytes", read_of(sampled));
  field(json, "sampled_write_bytes", written_of(sampled));
}

void write_block(JsonWriter& json, const PhaseBlockIo& io) {
  field(json, "read_bytes", read_of(io.bytes));
  field(json, "write_bytes", written_of(io.bytes));
  write_sampled(json, io.sampled);
  field(json, "source", source_of(io.source, "phase_boundary_block_device_delta"));
}

void write_process(JsonWriter& json, const PhaseProcessIo& io) {
  const bool boundary = io.source == IoSource::boundary;
  field(json, "read_bytes", read_of(io.bytes));
  field(json, "write_bytes", written_of(io.bytes));
  if (io.cgroup_read_bytes) field(json, "cgroup_read_bytes", *io.cgroup_read_bytes);
  if (io.cgroup_write_bytes) field(json, "cgroup_write_bytes", *io.cgroup_write_bytes);
  list(json, "per_pid", io.processes, [&](const record::ProcessDelta& one) {
    json.begin_object();
    field(json, "pid", one.pid);
    field(json, "cmdline", one.command_line);
    field(json, boundary ? "read_bytes_delta" : "read_bytes", one.read_bytes);
    field(json, boundary ? "write_bytes_delta" : "write_bytes", one.write_bytes);
    json.end_object();
  });
  field(json, "source", source_of(io.source, "phase_boundary_process_delta"));
  if (boundary) write_sampled(json, io.sampled);
}

void write_files(JsonWriter& json, const IoCapture& capture, const IoAttribution& found) {
  field(json, "available", found.files_available);
  field(json, "method", capture.file_method);
  field(json, "reason",
        found.files_available ? std::optional<std::string_view>()
                              : std::optional<std::string_view>("open_files_not_observed"));
  object(json, "phases", [&] {
    for (const auto& [phase, files] : found.files) {
      list(json, phase, files, [&](const analysis::ObservedFile& file) {
        json.begin_object();
        field(json, "pid", file.pid);
        field(json, "path", file.path);
        field(json, "observed_samples", file.samples);
        // An open file shows who had it, not how much went through it.
        json.key("read_bytes").null();
        json.key("write_bytes").null();
        json.end_object();
      });
    }
  });
}

void write_direct(JsonWriter& json, const IoCapture& capture, const IoAttribution& found) {
  field(json, "method", found.direct.method);
  json.key("observed_flags").begin_array();
  if (found.direct.flag_seen) json.value("O_DIRECT");
  json.end_array();
  object(json, "config_hints", [&] {
    object(json, "env_hints", [&] {
      for (const auto& [name, value] : capture.hints.environment) field(json, name, value);
    });
    list(json, "kvbm_config_direct_mentions", capture.hints.configuration,
         [&](const std::string& line) { json.value(line); });
  });
  object(json, "corroborating_behavior", [&] {
    list(json, "replay_like_phases", found.direct.replay_phases,
         [&](const std::string& phase) { json.value(phase); });
    field(json, "replay_block_and_process_read_positive", found.direct.replay_reads);
  });
  object(json, "bpftrace_probe", [&] {
    field(json, "available", capture.bpftrace.available);
    field(json, "success", capture.bpftrace.success);
    record::text_or_null(json, "error", capture.bpftrace.error);
  });
  field(json, "confidence", found.direct.confidence);
}

void begin_report(JsonWriter& json, const IoCapture& capture, bool available, UtcTime now) {
  json.begin_object();
  field(json, "schema_version", kSchemaVersion);
  field(json, "capture_timestamp", utc_text(now));
  field(json, "enabled", true);
  field(json, "available", available);
  field(json, "primary_nvme_device", capture.nvme_device);
  field(json, "kvbm_disk_path", capture.disk_path);
  object(json, "phase_windows", [&] {
    for (const record::PhaseWindow& window : capture.windows) {
      object(json, window.phase, [&] {
        field(json, "start", utc_text(window.start));
        field(json, "end", utc_text(window.end));
      });
    }
  });
}

void write_errors(JsonWriter& json, const IoCapture& capture) {
  list(json, "capture_errors", capture.errors, [&](const record::CaptureError& error) {
    json.begin_object();
    field(json, "command", error.command);
    field(json, "return_code", error.return_code);
    field(json, "stderr_snippet", error.message);
    json.end_object();
  });
}

void write_methods(JsonWriter& json, const IoCapture& capture) {
  object(json, "collection_methods", [&] {
    field(json, "timeline_block_io", "sysfs_block_stat");
    field(json, "timeline_process_io", "procfs_pid_io");
    field(json, "file_attribution", capture.file_method);
    field(json, "meminfo_vmstat", "procfs_snapshots");
  });
  object(json, "tools_available", [&] {
    for (const auto& [tool, there] : capture.tools) field(json, tool, there);
  });
}

void write_artifacts(JsonWriter& json, const std::string& io_directory) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kFiles = {{
      {"block_stat_timeline_csv", "block_stat_timeline.csv"},
      {"proc_io_timeline_csv", "proc_io_timeline.csv"},
      {"iostat_csv", "iostat.csv"},
      {"pidstat_csv", "pidstat.csv"},
      {"iostat_raw_log", "iostat.raw.log"},
      {"pidstat_raw_log", "pidstat.raw.log"},
      {"meminfo_snapshots_jsonl", "meminfo_snapshots.jsonl"},
      {"vmstat_snapshots_jsonl", "vmstat_snapshots.jsonl"},
  }};
  object(json, "artifacts", [&] {
    for (const auto& [key, file] : kFiles) {
      field(json, key, (std::filesystem::path(io_directory) / file).string());
    }
  });
}

}  // namespace

std::string io_attribution_json(const IoCapture& capture, const IoAttribution& found,
                                const std::string& io_directory, UtcTime now) {
  JsonWriter json(text::JsonLayout::pretty);
  begin_report(json, capture, true, now);
  object(json, "block_io_by_phase", [&] {
    for (const auto& [phase, io] : found.block) {
      object(json, phase, [&] { write_block(json, io); });
    }
  });
  object(json, "process_io_by_phase", [&] {
    for (const auto& [phase, io] : found.process) {
      object(json, phase, [&] { write_process(json, io); });
    }
  });
  object(json, "kvbm_file_io_by_phase", [&] { write_files(json, capture, found); });
  object(json, "direct_io_evidence", [&] { write_direct(json, capture, found); });
  write_errors(json, capture);
  write_methods(json, capture);
  write_artifacts(json, io_directory);
  json.end_object();
  return json.text() + "\n";
}

std::string failed_io_attribution_json(const IoCapture& capture, const std::string& error,
                                       UtcTime now) {
  JsonWriter json(text::JsonLayout::pretty);
  const auto nothing = [] {};
  begin_report(json, capture, false, now);
  object(json, "block_io_by_phase", nothing);
  object(json, "process_io_by_phase", nothing);
  object(json, "kvbm_file_io_by_phase", [&] {
    field(json, "available", false);
    field(json, "method", "unavailable");
    field(json, "reason", error);
    object(json, "phases", nothing);
  });
  object(json, "direct_io_evidence", [&] {
    field(json, "method", "unavailable");
    json.key("observed_flags").begin_array().end_array();
    object(json, "config_hints", nothing);
    field(json, "confidence", "low");
  });
  write_errors(json, capture);
  field(json, "error", error);
  json.end_object();
  return json.text() + "\n";
}

}  // namespace spillway::report
