// SPDX-License-Identifier: Apache-2.0
#include "report/replay_attribution_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>

#include "record/json_fields.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::CheckStatus;
using analysis::ReplayCheck;
using record::field;
using record::list;
using record::PidReads;
using text::JsonWriter;

constexpr std::size_t kMostReaders = 10;

void write_evidence(JsonWriter& json, const analysis::ReplayVerdict& verdict) {
  record::text_or_null(json, "replay_phase", verdict.evidence.phase);
  field(json, "replay_read_bytes_block", verdict.evidence.block_read_bytes);
  field(json, "replay_read_bytes_process_total", verdict.evidence.process_read_bytes);
  field(json, "replay_read_bytes_cgroup_total", verdict.evidence.cgroup_read_bytes);
  field(json, "process_evidence_method", name_of(verdict.method));
  field(json, "per_pid_readers_available", verdict.pids_are_listed());
  field(json, "per_pid_readers_nonzero", !verdict.readers.empty());
  const std::span readers(verdict.readers);
  list(json, "top_pids_replay", readers.first(std::min(readers.size(), kMostReaders)),
       [&](const PidReads& one) {
         json.begin_object();
         field(json, "pid", one.pid);
         field(json, "read_bytes_delta", one.read_bytes);
         json.end_object();
       });
}

}  // namespace

ReplayPaths replay_paths(const std::string& run_directory) {
  const std::filesystem::path run(run_directory);
  return {.summary = run / "summary.json",
          .report = run / "io" / "io_attribution_report.json",
          .verdict = run / "io" / "io_attrib_verdict.json"};
}

std::string replay_attribution_json(const analysis::ReplayVerdict& verdict,
                                    const ReplayPaths& paths, UtcTime now) {
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  field(json, "pass", verdict.passed());
  field(json, "mode", verdict.mode);
  field(json, "strict_replay_gate_required", verdict.strict);
  list(json, "checks", verdict.checks, [&](const ReplayCheck& one) {
    json.begin_object();
    field(json, "name", one.name);
    field(json, "status", name_of(one.status));
    field(json, "detail", one.detail);
    json.end_object();
  });
  write_evidence(json, verdict);
  field(json, "timestamp_utc", utc_text_in_seconds(now));
  record::object(json, "artifacts", [&] {
    field(json, "summary_path", paths.summary);
    field(json, "io_attribution_report_path", paths.report);
    field(json, "io_attrib_verdict_path", paths.verdict);
  });
  json.end_object();
  return json.text() + "\n";
}

std::string replay_attribution_line(const analysis::ReplayVerdict& verdict) {
  std::string line = fmt::format("{} replay I/O attribution: mode={} method={} block_read_bytes={}",
                                 verdict.passed() ? "PASS" : "FAIL", verdict.mode,
                                 name_of(verdict.method), verdict.evidence.block_read_bytes);
  for (const ReplayCheck& one : verdict.checks) {
    if (one.status == CheckStatus::fail) line += fmt::format("; {}: {}", one.name, one.detail);
  }
  return line;
}

}  // namespace spillway::report
