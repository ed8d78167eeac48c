// SPDX-License-Identifier: Apache-2.0
#include "cli/drive_files.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "analysis/io_attribution.h"
#include "core/error.h"
#include "core/utc_time.h"
#include "record/io_files.h"
#include "record/json_fields.h"
#include "record/kvbm_json.h"
#include "record/new_file.h"
#include "report/harness_report.h"
#include "report/io_attribution_json.h"
#include "report/metric_inventory.h"
#include "scenario/drive_plan.h"
#include "scenario/drive_setup.h"
#include "text/json_reader.h"
#include "text/json_writer.h"

namespace spillway::cli {
namespace {

using text::JsonWriter;

void put_args(JsonWriter& json, const scenario::Settings& settings) {
  json.key("args").begin_object();
  for (const record::Setting& one : settings.effective()) {
    std::string name = one.name;
    std::ranges::replace(name, '-', '_');
    json.key(name);
    record::any_value(json, one.value);
  }
  json.end_object();
}

void put_phases(JsonWriter& json, const workload::DrivePhases& phases) {
  json.key("phases").begin_array();
  for (const workload::DrivePhase& phase : phases.phases) {
    json.begin_object();
    json.key("name").value(phase.name).key("concurrency").value(phase.concurrency);
    json.key("requests").value(phase.prompts.size());
    json.key("include_in_overall").value(phase.include());
    json.key("role").value(name_of(phase.role));
    json.end_object();
  }
  json.end_array();
}

void put_range(JsonWriter& json, const char* name, const scenario::Range& range) {
  json.key(name).begin_array();
  json.value(static_cast<std::uint64_t>(range.low)).value(static_cast<std::uint64_t>(range.high));
  json.end_array();
}

void put_env(JsonWriter& json, const analysis::DriveRun& run) {
  json.key("kv_runtime_env").begin_object();
  for (const auto& [name, value] : run.kv_runtime_env) json.key(name).value(value);
  json.end_object();
}

void put_preflight(JsonWriter& json, const workload::PromptPreflight& preflight) {
  json.key("preflight").begin_object();
  json.key("failed").value(preflight.failed);
  json.key("ceiling_tokens").value(preflight.ceiling_tokens);
  json.key("errors").values(preflight.errors);
  json.key("failure_count").value(preflight.failures);
  json.end_object();
}

void put_requests(JsonWriter& json, const scenario::DriveConfig& config,
                  const workload::DrivePhases& phases) {
  const scenario::DriveRequests& requests = config.requests;
  json.key("client_request_parameters").begin_object();
  json.key("max_tokens");
  // Prompts of a workload say it themselves, each in request_manifest.jsonl.
  if (std::ranges::any_of(phases.prompts, [](const auto& one) { return !!one.max_tokens; })) {
    json.null();
  } else {
    json.value(requests.max_tokens);
  }
  json.key("temperature").value(requests.temperature).key("top_p").value(requests.top_p);
  json.key("request_seed");
  if (requests.seed) {
    json.value(*requests.seed);
  } else {
    json.null();
  }
  json.key("stop").values(requests.stop);
  json.key("stream").value(requests.stream);
  json.key("stream_timeout_s");
  if (config.load.stream_timeout) {
    json.value(to_seconds(*config.load.stream_timeout));
  } else {
    json.null();
  }
  json.key("stream_record_ttfb").value(requests.record_ttfb);
  json.end_object();
}

std::string page_text(const std::string& phase, const analysis::CapturedPage& page) {
  if (page.success) return page.text;
  return report::missing_page_text({.phase = phase,
                                    .skipped = page.skipped,
                                    .reason = page.skipped ? "kvbm_disabled" : "",
                                    .error = page.error});
}

}  // namespace

DriveFiles::DriveFiles(const std::string& root, const std::string& run_id)
    : path_(root + "/" + run_id) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) throw Error(fmt::format("make the directory {}: {}", root, error.message()));
  if (::mkdir(path_.c_str(), 0755) != 0) throw_errno("make the run's directory", path_);
  std::filesystem::create_directory(path_of("phase_deltas"));
}

void DriveFiles::write(const std::string& name, const std::string& text) const {
  record::write_new_file(path_of(name), text);
}

void DriveFiles::write_settings(const scenario::DriveConfig& config,
                                const scenario::Settings& settings, const analysis::DriveRun& run,
                                const workload::DrivePhases& phases,
                                const workload::PromptPreflight& preflight) const {
  const std::string model = run.model_id.empty() ? config.target.model : run.model_id;
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  json.key("run_id").value(run.run_id);
  json.key("created_utc").value(utc_text_in_seconds(run.created));
  json.key("base_url").value(config.target.base_text).key("model_id").value(model);
  json.key("scenario").value(run.scenario).key("prompt_set").value(settings.text("prompt-set"));
  put_range(json, "short_range", settings.range("short-range"));
  put_range(json, "long_range", settings.range("long-range"));
  json.key("tokenizer").value(config.tokenizer == "auto" ? "heuristic" : config.tokenizer);
  json.key("tier_mode").value(config.kv.tier);
  json.key("kv_mode");
  record::write_kv_mode(json, config.kv);
  put_env(json, run);
  put_preflight(json, preflight);
  put_requests(json, config, phases);
  put_args(json, settings);
  put_phases(json, phases);
  json.end_object();
  write("config.json", json.text() + "\n");
  JsonWriter manifest(text::JsonLayout::pretty);
  manifest.begin_object();
  put_args(manifest, settings);
  manifest.key("base_url").value(config.target.base_text);
  manifest.key("created_utc").value(utc_text_in_seconds(run.created));
  manifest.key("kv_mode");
  record::write_kv_mode(manifest, config.kv);
  put_env(manifest, run);
  manifest.key("model_id_requested").value(config.target.model);
  if (!run.model_id.empty()) manifest.key("model_id_resolved").value(run.model_id);
  manifest.key("nvme_device").value(config.evidence.nvme_device);
  put_phases(manifest, phases);
  manifest.key("run_id").value(run.run_id).key("scenario").value(run.scenario);
  manifest.key("tier_mode").value(config.kv.tier);
  manifest.end_object();
  write("manifest.json", manifest.text() + "\n");
}

void DriveFiles::write_manifests(const workload::DrivePhases& phases) const {
  write("prompts_manifest.jsonl", scenario::prompts_manifest(phases));
  write("request_manifest.jsonl", scenario::request_manifest(phases));
}

void DriveFiles::write_phase(const analysis::DriveRun& run,
                             const analysis::DrivePhaseRun& phase) const {
  for (const auto& [name, text] : report::phase_delta_files(run, phase)) write(name, text);
}

void DriveFiles::write_results(const analysis::DriveRun& run, const report::DriveMachine& machine,
                               const std::string& report_file) const {
  if (run.kv.enabled && !run.kvbm_snapshots.empty()) {
    std::string lines;
    for (const record::KvbmSnapshot& snapshot : run.kvbm_snapshots) {
      lines += record::kvbm_snapshot_json(snapshot) + "\n";
    }
    write("kvbm_metrics_snapshots.jsonl", lines);
  }
  const std::string summary = report::drive_summary_json(run, machine);
  write("summary.json", summary);
  write(report_file, report::render_harness_report(text::parse_json(summary, "summary.json")));
}

void DriveFiles::write_pages(const scenario::DriveConfig& config,
                             const analysis::DriveRun& run) const {
  const std::string& given = config.evidence.pages_dir;
  const std::string directory = given.empty() ? path_ : given;
  std::filesystem::create_directories(directory);
  const auto put = [&](const std::string& name, const std::string& text) {
    record::write_new_file(directory + "/" + name, text);
  };
  std::vector<std::string> all;
  std::vector<std::string> kvbm;
  for (const analysis::CapturedPages& pages : run.pages) {
    const auto suffix = report::snapshot_suffix(pages.phase, pages.role);
    if (!suffix) continue;
    const std::string system_text = page_text(pages.phase, pages.system);
    put(fmt::format("metrics_system_{}.prom", *suffix), system_text);
    put(fmt::format("metrics_{}.prom", *suffix), system_text);
    put(fmt::format("metrics_kvbm_{}.prom", *suffix), page_text(pages.phase, pages.kvbm));
    for (const analysis::CapturedPage* const page : {&pages.system, &pages.kvbm}) {
      if (page->success) all.push_back(page->text);
    }
    if (pages.kvbm.success) kvbm.push_back(pages.kvbm.text);
  }
  put("kvbm_metric_inventory_expanded.txt",
      report::inventory_text({.title = "KVBM metric inventory (expanded)",
                              .keywords = config.evidence.keywords,
                              .components = true},
                             all));
  put("kvbm_metric_inventory.txt",
      report::inventory_text({.title = "KVBM metric inventory", .keywords = {"kvbm"}}, all));
  put("kvbm_metric_inventory_from_6880.txt",
      report::inventory_text({.title = "KVBM metric inventory of the block manager",
                              .keywords = {"onboard", "offload", "matched"}},
                             kvbm));
}

void DriveFiles::write_io(const scenario::DriveConfig& config, const analysis::DriveRun& run,
                          const record::IoSamples& samples, report::DriveMachine& machine) const {
  std::filesystem::create_directory(path_of("io"));
  record::write_io_files(path_of("io"), config.evidence.block_device, samples);
  analysis::IoCapture capture;
  capture.nvme_device = config.evidence.nvme_device;
  capture.disk_path = config.evidence.cache_dir;
  capture.block_samples = samples.block;
  capture.process_samples = samples.processes;
  capture.file_samples = samples.files;
  capture.file_method = scenario::open_file_method();
  for (const analysis::DrivePhaseRun& phase : run.phases) {
    if (!phase.ran) continue;
    capture.windows.push_back({.phase = phase.name, .start = phase.start, .end = phase.end});
    if (const auto block = record::block_io_delta(phase.block_before, phase.block_after)) {
      capture.block_boundaries[phase.name] = {.read_bytes = block->read_bytes,
                                              .write_bytes = block->write_bytes};
    }
    const auto worker = record::worker_io_delta(phase.worker_before, phase.worker_after);
    if (const auto process = record::process_boundary(worker)) {
      capture.process_boundaries[phase.name] = *process;
    }
  }
  machine.io_available = true;
  machine.io_errors = capture.errors.size();
  const UtcTime now = utc_now();
  write("io/io_attribution_report.json",
        report::io_attribution_json(capture, analysis::attribute_io(capture), "io", now));
}

}  // namespace spillway::cli
