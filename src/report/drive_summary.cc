// SPDX-License-Identifier: Apache-2.0
#include "report/drive_summary.h"

#include <fmt/core.h>

#include <array>
#include <string_view>

#include "analysis/client_grade.h"
#include "analysis/harness_numbers.h"
#include "core/version.h"
#include "record/completion_log.h"
#include "record/kvbm_json.h"
#include "record/worker_io_json.h"
#include "report/churn_json.h"
#include "report/kvbm_summary_json.h"
#include "report/metric_inventory.h"
#include "report/peer_metrics_json.h"
#include "report/phase_json.h"
#include "report/server_delta_json.h"
#include "text/json_writer.h"

namespace spillway::report {
namespace {

using analysis::DrivePhaseRun;
using analysis::DriveRun;
using text::JsonWriter;

void put_text(JsonWriter& json, const char* name, const std::string& text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

template <typename Value>
void put_if(JsonWriter& json, const char* name, const std::optional<Value>& value) {
  json.key(name);
  if (value) {
    json.value(*value);
  } else {
    json.null();
  }
}

void put_pairs(JsonWriter& json, const char* name,
               const std::vector<std::pair<std::string, std::string>>& pairs) {
  json.key(name).begin_object();
  for (const auto& [key, value] : pairs) json.key(key).value(value);
  json.end_object();
}

std::string file_of(const DrivePhaseRun& phase, std::string_view what) {
  return fmt::format("phase_deltas/phase_{}_{}.json", record::safe_file_name(phase.name), what);
}

constexpr std::array<std::string_view, 6> kDeltaFiles = {"kvbm_metrics_start", "kvbm_metrics_end",
                                                         "kvbm_metrics_delta", "os_io_start",
                                                         "os_io_end",          "os_io_delta"};

void put_phase(JsonWriter& json, const DriveRun& run, const DrivePhaseRun& phase) {
  json.begin_object();
  json.key("phase").value(phase.name);
  if (!phase.ran) {
    json.key("scenario").value(run.scenario).key("excluded").value(true);
    json.key("reason").value(run.invalid_reason);
    json.key("details").values(run.invalid_details);
    json.end_object();
    return;
  }
  write_phase_figures(json, phase.sums.figures(phase.duration_s));
  json.key("phase_start_ts").value(utc_text(phase.start));
  json.key("phase_end_ts").value(utc_text(phase.end));
  json.key("concurrency").value(phase.concurrency).key("requests").value(phase.planned);
  json.key("kvbm_metrics_delta");
  record::write_kvbm_delta(json, record::kvbm_delta(phase.kvbm_before, phase.kvbm_after));
  json.key("server_metrics");
  write_server_delta(json, analysis::server_delta_of(phase));
  json.key("block_device").value(run.block_device);
  json.key("io_delta");
  record::write_block_delta(json, record::block_io_delta(phase.block_before, phase.block_after));
  json.key("worker_process_pattern").value(run.worker_pattern);
  json.key("worker_process_io_delta");
  record::write_worker_delta(json,
                             record::worker_io_delta(phase.worker_before, phase.worker_after));
  if (phase.models_visible) json.key("models_visible_after_phase").value(*phase.models_visible);
  write_served_figures(json, phase.sums.served());
  write_goodput(json, phase.sums.good(), phase.duration_s);
  json.key("load").begin_object();
  json.key("planned").value(phase.planned).key("sent").value(phase.sent);
  json.key("dropped").value(phase.dropped).key("unsent").value(phase.unsent);
  json.key("late").value(phase.late);
  json.end_object();
  json.key("cache_directory");
  write_churn(json, phase.cache_directory);
  json.end_object();
}

void put_signals(JsonWriter& json, const DriveRun& run, const analysis::KvbmSummary& kvbm) {
  if (!kvbm.signal_name.empty()) {
    json.key(kvbm.signal_name.starts_with("reuse") ? kvbm.signal_name : kvbm.signal_name + "_kvbm");
    write_kvbm_signal(json, kvbm);
  }
  if (const auto io = analysis::io_signal_of(run)) {
    const bool of_the_harness =
        run.scenario == "eviction_replay" || run.scenario == "rehydrate_replay";
    json.key(of_the_harness ? run.scenario + "_signal_io" : "replay_signal_io");
    write_io_signal(json, *io);
  }
}

void put_overall(JsonWriter& json, const DriveRun& run, const analysis::KvbmSummary& kvbm) {
  json.key("overall_summary").begin_object();
  json.key("phase").value("overall").key("scenario").value(run.scenario);
  if (run.valid()) {
    const analysis::DriveOverall overall = analysis::overall_of(run);
    write_phase_figures(json, overall.sums.figures(overall.duration_s));
    write_served_figures(json, overall.sums.served());
    write_goodput(json, overall.sums.good(), overall.duration_s);
    put_signals(json, run, kvbm);
  } else {
    json.key("excluded").value(true).key("reason").value(run.invalid_reason);
    json.key("details").values(run.invalid_details);
  }
  json.end_object();
}

void put_reuse(JsonWriter& json, const analysis::ReuseIdentity& reuse) {
  json.key("reuse_verify_identity").begin_object();
  json.key("request_count").value(reuse.prompts.size());
  json.key("request_identity_sha256").values(reuse.identities);
  json.key("prompt_sha256").values(reuse.prompts);
  json.key("generation_params_sha256").values(reuse.params);
  json.key("identical_request_identity").value(reuse.same_identity());
  json.key("identical_prompt_bytes").value(reuse.same_prompt());
  json.key("identical_generation_params").value(reuse.same_params());
  json.key("verdict").value(reuse.verdict());
  json.end_object();
}

void put_set(JsonWriter& json, const char* name, const analysis::Texts& values) {
  json.key(name).begin_array();
  for (const std::string& one : values) json.value(one);
  json.end_array();
}

void put_identity(JsonWriter& json, const analysis::RequestIdentity& identity) {
  json.key("request_identity").begin_object();
  json.key("available").value(identity.total() > 0);
  if (identity.total() == 0) json.key("reason").value("no_requests");
  json.key("total_requests").value(identity.total());
  if (identity.total() > 0) {
    json.key("unique_prompt_sha256_count").value(identity.unique_prompts());
    json.key("unique_generation_params_sha256_count").value(identity.unique_params());
    json.key("unique_request_identity_sha256_count").value(identity.unique_identities());
    json.key("unique_request_payload_sha256_count").value(identity.unique_payloads());
    json.key("unique_prefix_hash_count").value(identity.unique_prefixes());
    json.key("unique_session_id_count").value(identity.sessions().size());
    json.key("session_request_counts").begin_object();
    for (const auto& [session, count] : identity.sessions()) json.key(session).value(count);
    json.end_object();
    put_set(json, "response_header_keys_seen", identity.header_keys());
    json.key("phase_identity").begin_object();
    for (const auto& [name, phase] : identity.phases()) {
      json.key(name).begin_object();
      json.key("request_count").value(phase.requests);
      put_set(json, "unique_request_identity_sha256", phase.identities);
      put_set(json, "unique_prompt_sha256", phase.prompts);
      put_set(json, "unique_generation_params_sha256", phase.params);
      json.end_object();
    }
    json.end_object();
    if (!identity.reuse().prompts.empty()) put_reuse(json, identity.reuse());
  }
  json.end_object();
}

void put_sanity(JsonWriter& json, const std::optional<analysis::SanityRun>& sanity) {
  json.key("ttfc_sanity_validation").begin_object();
  json.key("enabled").value(sanity.has_value());
  if (!sanity) {
    json.key("status").value("disabled").key("ok").null();
    json.end_object();
    return;
  }
  json.key("ok").value(sanity->verdict.passed);
  json.key("status").value(sanity->verdict.passed ? "pass" : "fail");
  json.key("requests_per_case").value(sanity->requests);
  json.key("concurrency").value(sanity->concurrency);
  json.key("short_max_tokens").value(sanity->short_max_tokens);
  json.key("long_max_tokens").value(sanity->long_max_tokens);
  if (!sanity->verdict.passed && !sanity->fail_on_error) {
    json.key("warning").value(
        "the check failed; the run stays valid (--ttfc-sanity-fail-on-error)");
  }
  json.key("verdict");
  write_sanity_verdict(json, sanity->input, sanity->verdict);
  json.end_object();
}

void put_storage(JsonWriter& json, const DriveMachine& machine) {
  const record::DeviceMetadata* const metadata =
      machine.after ? &*machine.after : (machine.before ? &*machine.before : nullptr);
  const record::NvmeDevice* const device =
      metadata == nullptr ? nullptr : metadata->primary_device();
  const auto of_device = [&](auto member) {
    return device == nullptr ? std::optional<std::string>() : device->identity.*member;
  };
  json.key("storage").begin_object();
  put_if(json, "primary_nvme_controller",
         metadata == nullptr ? std::optional<std::string>() : metadata->primary);
  put_if(json, "primary_nvme_device",
         device == nullptr ? std::optional<std::string>()
                           : std::optional(device->controller.device()));
  put_if(json, "primary_nvme_namespace",
         device == nullptr ? std::optional<std::string>() : device->controller.name_space);
  put_if(json, "primary_nvme_model", of_device(&record::DriveIdentity::model));
  put_if(json, "primary_nvme_serial", of_device(&record::DriveIdentity::serial));
  put_if(json, "primary_nvme_fw", of_device(&record::DriveIdentity::firmware));
  put_if(json, "pcie_link",
         device == nullptr ? std::optional<std::string>() : record::pcie_link_text(device->link));
  json.key("device_metadata_pre_path").value("device_metadata_pre.json");
  json.key("device_metadata_post_path").value("device_metadata_post.json");
  put_if(json, "device_metadata_pre_capture_errors",
         machine.before ? std::optional(machine.before->errors.size()) : std::nullopt);
  put_if(json, "device_metadata_post_capture_errors",
         machine.after ? std::optional(machine.after->errors.size()) : std::nullopt);
  json.end_object();
}

void put_pages(JsonWriter& json, const DriveRun& run) {
  const auto put_page = [&](const char* name, const analysis::CapturedPage& page) {
    json.key(name).begin_object();
    json.key("url").value(page.url).key("success").value(page.success);
    put_text(json, "error", page.error);
    json.end_object();
  };
  json.key("metrics_snapshot").begin_object();
  json.key("enabled").value(!run.pages.empty());
  json.key("records").begin_array();
  for (const analysis::CapturedPages& pages : run.pages) {
    const auto suffix = snapshot_suffix(pages.phase, pages.role);
    if (!suffix) continue;
    json.begin_object();
    json.key("phase").value(pages.phase).key("suffix").value(*suffix);
    put_page("system", pages.system);
    put_page("kvbm", pages.kvbm);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void put_head(JsonWriter& json, const DriveRun& run, const analysis::KvbmSummary& kvbm) {
  json.key("run_id").value(run.run_id);
  json.key("created_utc").value(utc_text_in_seconds(run.created));
  json.key("run_valid").value(run.valid());
  put_text(json, "invalid_reason", run.invalid_reason);
  json.key("invalid_details").values(run.invalid_details);
  put_text(json, "model_id", run.model_id);
  put_if(json, "model_count_end", run.model_count_end);
  json.key("scenario").value(run.scenario);
  json.key("stream").value(run.stream);
  put_if(json, "stream_timeout_s", run.stream_timeout_s);
  json.key("stream_record_ttfb").value(run.record_ttfb);
  json.key("usage_asked").value(run.include_usage);
  json.key("mode").value(run.kv.tier).key("tier_mode").value(run.kv.tier);
  json.key("kvbm_enabled").value(run.kv.enabled);
  json.key("kvbm_metrics_available").value(kvbm.available);
  json.key("kvbm_metrics_status");
  write_kvbm_status(json, kvbm);
  json.key("kv_mode");
  record::write_kv_mode(json, run.kv);
  put_pairs(json, "kv_runtime_env", run.kv_runtime_env);
  json.key("variant_tags").values(run.variant_tags);
  json.key("request_manifest_path").value("request_manifest.jsonl");
}

void put_query(JsonWriter& json, const char* name, const std::optional<record::NvmeQuery>& query) {
  json.key(name);
  if (query) {
    json.raw(record::nvme_query_json(*query));
  } else {
    json.null();
  }
}

// Our own samples of the machine: whether they kept their interval.
void put_telemetry(JsonWriter& json, const DriveMachine& machine) {
  json.key("telemetry").begin_object();
  json.key("host_samples_path").value("telemetry/host.jsonl");
  json.key("cadence");
  if (machine.cadence) {
    json.raw(record::sample_cadence_json(*machine.cadence));
  } else {
    json.null();
  }
  json.key("warnings").values(machine.telemetry_warnings);
  json.end_object();
}

void put_cache(JsonWriter& json, const analysis::CacheAtStart& cache) {
  json.key("cache_at_start").begin_object();
  json.key("state").value(name_of(cache.state));
  json.key("judged_requests").value(cache.requests);
  json.key("warm_requests").value(cache.warm_requests);
  json.key("foreign_tokens").value(cache.foreign_tokens);
  json.end_object();
}

void put_client(JsonWriter& json, const DriveRun& run) {
  const std::vector<std::string> doubts = analysis::client_doubts(run);
  const auto put = [&](const char* name, double value) {
    json.key(name).value(analysis::rounded(value, 3));
  };
  json.key("client").begin_object();
  json.key("decision_grade").value(doubts.empty());
  json.key("reasons").values(doubts);
  json.key("calibrated").value(run.client.has_value());
  if (run.client) {
    const analysis::ClientFigures& figures = *run.client;
    put("cpu_us_per_request", figures.cpu_us_per_request);
    put("cpu_us_per_text", figures.cpu_us_per_text);
    put("requests_per_s_at_full_speed", figures.requests_per_s);
    put("most_requests_per_s", analysis::most_requests_per_s(figures));
    put("most_texts_per_s", analysis::most_texts_per_s(figures));
    json.key("timing_error_ms").begin_object();
    put("ttft_p50", figures.ttft_error_p50_ms);
    put("ttft_p99", figures.ttft_error_p99_ms);
    put("gap_p50", figures.gap_error_p50_ms);
    put("gap_p99", figures.gap_error_p99_ms);
    json.end_object();
  }
  json.key("phases").begin_object();
  for (const DrivePhaseRun& phase : run.phases) {
    const auto share = analysis::client_share(run.client, phase);
    if (!share) continue;
    json.key(phase.name).begin_object();
    put("cpu_share", share->used);
    put("expected_cpu_share", share->expected);
    json.key("texts").value(phase.sums.texts());
    json.end_object();
  }
  json.end_object();
  json.end_object();
}

void put_phases(JsonWriter& json, const DriveRun& run) {
  json.key("phase_delta_artifacts").begin_object();
  for (const DrivePhaseRun& phase : run.phases) {
    if (!phase.ran) continue;
    json.key(phase.name).begin_object();
    for (const std::string_view what : kDeltaFiles) json.key(what).value(file_of(phase, what));
    json.end_object();
  }
  json.end_object();
  json.key("phase_windows").begin_object();
  for (const DrivePhaseRun& phase : run.phases) {
    if (!phase.ran) continue;
    json.key(phase.name).begin_object();
    json.key("start").value(utc_text(phase.start)).key("end").value(utc_text(phase.end));
    json.end_object();
  }
  json.end_object();
  json.key("phase_summaries").begin_array();
  for (const DrivePhaseRun& phase : run.phases) put_phase(json, run, phase);
  json.end_array();
}

// A role is judged as a whole, however many phases it has.
void put_roles(JsonWriter& json, const DriveRun& run) {
  json.key("role_summaries").begin_object();
  for (const analysis::RoleFigures& role : analysis::role_figures(run)) {
    json.key(role.role).begin_object();
    json.key("phases").values(role.phases);
    json.key("onboarded_blocks").value(role.onboarded_blocks);
    json.key("matched_tokens").value(role.matched_tokens);
    write_phase_figures(json, role.sums.sums.figures(role.sums.duration_s));
    write_served_figures(json, role.sums.sums.served());
    write_goodput(json, role.sums.sums.good(), role.sums.duration_s);
    json.end_object();
  }
  json.end_object();
}

}  // namespace

std::string drive_summary_json(const DriveRun& run, const DriveMachine& machine) {
  const analysis::KvbmSummary kvbm = analysis::kvbm_summary_of(run);
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  put_head(json, run, kvbm);
  json.key("nvme").begin_object();
  json.key("device").value(machine.nvme_device);
  put_query(json, "identity", machine.identity);
  put_query(json, "smart_pre", machine.smart_before);
  put_query(json, "smart_post", machine.smart_after);
  json.key("identity_path").value("nvme_identity.json");
  json.key("smart_pre_path").value("nvme_smart_pre.json");
  json.key("smart_post_path").value("nvme_smart_post.json");
  json.key("device_metadata_pre_path").value("device_metadata_pre.json");
  json.key("device_metadata_post_path").value("device_metadata_post.json");
  json.end_object();
  put_storage(json, machine);
  json.key("io_attribution").begin_object();
  json.key("enabled").value(machine.io_attribution);
  json.key("available").value(machine.io_available);
  put_text(json, "report_path",
           machine.io_attribution ? std::string("io/io_attribution_report.json") : std::string());
  json.key("capture_error_count").value(machine.io_errors);
  json.end_object();
  put_telemetry(json, machine);
  put_phases(json, run);
  put_overall(json, run, kvbm);
  put_roles(json, run);
  if (run.valid()) write_peer_metrics(json, analysis::overall_of(run));
  json.key("kvbm_metrics");
  write_kvbm_summary(json, kvbm);
  json.key("server_metrics");
  write_server_delta(json, analysis::server_delta_of(run));
  put_pages(json, run);
  put_sanity(json, run.sanity);
  put_identity(json, run.identity);
  put_cache(json, run.cache);
  put_client(json, run);
  put_pairs(json, "fingerprint", run.fingerprint);
  json.key("notes").values(run.notes);
  json.key("spillway").begin_object();
  json.key("version").value(version_text());
  json.end_object();
  json.end_object();
  return json.text() + "\n";
}

std::map<std::string, std::string> phase_delta_files(const DriveRun& run,
                                                     const DrivePhaseRun& phase) {
  std::map<std::string, std::string> files;
  const auto snapshot = [&](const record::KvbmSnapshot& taken) {
    return record::kvbm_snapshot_json(taken, text::JsonLayout::pretty) + "\n";
  };
  files[file_of(phase, "kvbm_metrics_start")] = snapshot(phase.kvbm_before);
  files[file_of(phase, "kvbm_metrics_end")] = snapshot(phase.kvbm_after);
  JsonWriter delta(text::JsonLayout::pretty);
  record::write_kvbm_delta(delta, record::kvbm_delta(phase.kvbm_before, phase.kvbm_after));
  files[file_of(phase, "kvbm_metrics_delta")] = delta.text() + "\n";
  const auto reading = [&](const record::BlockSample& block, const record::WorkerIo& worker) {
    JsonWriter json(text::JsonLayout::pretty);
    json.begin_object();
    json.key("phase").value(phase.name).key("block_device").value(run.block_device);
    json.key("block_device_stats");
    record::write_block_stats(json, block);
    json.key("worker_process_pattern").value(run.worker_pattern);
    json.key("worker_process_io");
    record::write_worker_io(json, worker);
    json.end_object();
    return json.text() + "\n";
  };
  files[file_of(phase, "os_io_start")] = reading(phase.block_before, phase.worker_before);
  files[file_of(phase, "os_io_end")] = reading(phase.block_after, phase.worker_after);
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  json.key("phase").value(phase.name).key("block_device").value(run.block_device);
  json.key("block_device_delta");
  record::write_block_delta(json, record::block_io_delta(phase.block_before, phase.block_after));
  json.key("worker_process_pattern").value(run.worker_pattern);
  json.key("worker_process_io_delta");
  record::write_worker_delta(json,
                             record::worker_io_delta(phase.worker_before, phase.worker_after));
  json.end_object();
  files[file_of(phase, "os_io_delta")] = json.text() + "\n";
  return files;
}

}  // namespace spillway::report
