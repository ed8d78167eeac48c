// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "async/clock.h"
#include "async/group.h"
#include "async/loop.h"
#include "core/cpu_time.h"
#include "core/error.h"
#include "core/utc_time.h"
#include "load/completion_client.h"
#include "load/completion_load.h"
#include "load/model_resolver.h"
#include "load/origin_dialler.h"
#include "scenario/drive_plan.h"
#include "scenario/in_process_server.h"
#include "scenario/page_reader.h"
#include "telemetry/block_device.h"
#include "telemetry/command_runner.h"
#include "telemetry/container.h"
#include "telemetry/io_sampler.h"
#include "telemetry/kvbm_snapshot.h"
#include "telemetry/process_scan.h"
#include "telemetry/server_reading.h"

namespace spillway::scenario {
namespace {

using analysis::DrivePhaseRun;
using analysis::DriveRun;
using async::Task;

constexpr Duration kModelsPatience = std::chrono::seconds(5);
constexpr int kNotFound = 404;
constexpr int kServerError = 500;

load::CompletionClientOptions client_options(const DriveConfig& config, const net::Url& base) {
  load::CompletionClientOptions options{.target = base.path + "/v1/completions",
                                        .headers = {{"Host", base.authority()}},
                                        .total = config.load.timeout,
                                        .stream_total = config.load.stream_timeout,
                                        .stall = config.load.stall};
  if (!config.target.api_key.empty()) {
    options.headers.emplace_back("Authorization", "Bearer " + config.target.api_key);
  }
  return options;
}

std::unique_ptr<async::Clock> clock_of(const DriveEndpoint& endpoint) {
  if (endpoint.in_process) return std::make_unique<async::VirtualClock>();
  return std::make_unique<async::RealClock>();
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// What the rows of the phase told, once they have been drained.
struct PhaseEyes {
  bool too_long = false;     // the engine refused a prompt for its length
  bool may_be_gone = false;  // a 404 or 500: the model may be gone
};

}  // namespace

struct Drive::Impl {
  Impl(const DriveConfig& its_config, DriveEndpoint its_endpoint,
       const workload::DrivePhases& its_phases, const kv::Tokenizer& its_tokenizer,
       std::string its_rows)
      : config(its_config),
        endpoint(std::move(its_endpoint)),
        phases(its_phases),
        tokenizer(its_tokenizer),
        rows(std::move(its_rows)),
        clock(clock_of(endpoint)),
        loop(*clock),
        epoch(endpoint.in_process ? UtcTime() : load::epoch_of(loop)),
        scan(config.evidence.process_pattern) {
    for (const workload::DrivePhase& phase : phases.phases) planned += phase.prompts.size();
    if (endpoint.in_process) inside = std::make_unique<InProcessServer>(*endpoint.in_process, loop);
    dialler = dialler_to(endpoint.base, config.target.tls);
    client = std::make_unique<load::CompletionClient>(loop, *dialler,
                                                      client_options(config, endpoint.base));
    if (!config.target.base) return;
    container = telemetry::container_process(
        [](const std::vector<std::string>& command) {
          return telemetry::run_command(command, std::chrono::seconds(5));
        },
        config.evidence.container);
  }

  std::unique_ptr<load::Dialler> dialler_to(const net::Url& url,
                                            const net::TlsClientOptions& tls = {}) {
    if (inside) return inside->dialler(url);
    return std::make_unique<load::UrlDialler>(loop, url, tls);
  }

  UtcTime utc() const {
    return epoch + std::chrono::duration_cast<UtcTime::duration>(loop.now().time_since_epoch());
  }

  // With the server, where that is in this process.
  Task<> drive_all(DriveRun& run, const DriveHooks& hooks) {
    if (!inside) {
      co_await drive(run, hooks);
      co_return;
    }
    co_await async::with_group(loop, stop, [&](async::Group& group) -> Task<> {
      co_await inside->begin(group);
      co_await drive(run, hooks);
      client->close_idle();
      group.stop().request();
    });
  }

  Task<> drive(DriveRun& run, const DriveHooks& hooks) {
    co_await take_kvbm(run, "run_start");
    const load::ResolvedModel model = co_await resolve();
    if (model.id.empty()) {
      run.invalidate("runtime_exception", "no model: " + model.error);
      co_return;
    }
    run.model_id = model.id;
    hooks.resolved(model.id);
    plan = std::make_unique<DrivePlan>(phases, config.requests, model.id);
    for (const PlannedPhase& phase : plan->phases()) {
      if (stop.requested()) run.notes.push_back("interrupted before phase " + phase.name);
      if (stop.requested() || !run.valid()) break;
      co_await run_phase(run, phase, hooks);
    }
    co_await take_kvbm(run, "run_end");
    if (run.valid() && !stop.requested() && config.sanity.validate) co_await check_ttfc(run);
    if (!stop.requested()) run.model_count_end = co_await count_models();
    judge_kvbm(run);
    judge_cache(run);
  }

  Task<load::ResolvedModel> resolve() {
    if (config.target.model != "auto") {
      co_return load::ResolvedModel{.id = config.target.model, .error = {}};
    }
    co_return co_await load::resolve_model(loop, *client,
                                           {.target = endpoint.base.path + "/v1/models",
                                            .timeout = config.target.resolve_timeout,
                                            .poll = config.target.resolve_poll},
                                           stop);
  }

  Task<std::optional<std::size_t>> count_models() {
    co_return co_await load::count_models(*client, endpoint.base.path + "/v1/models",
                                          kModelsPatience, stop);
  }

  Task<analysis::CapturedPage> fetch(std::string url) {
    return fetch_page(
        loop, [this](const net::Url& place) { return dialler_to(place); }, std::move(url),
        config.evidence.page_timeout, stop);
  }

  Task<record::KvbmSnapshot> fetch_kvbm(std::string label) {
    if (!config.kv.enabled) co_return telemetry::skipped_kvbm_snapshot(std::move(label), utc());
    const analysis::CapturedPage page = co_await fetch(endpoint.kvbm_url);
    if (page.skipped) co_return telemetry::skipped_kvbm_snapshot(std::move(label), utc());
    if (page.success) {
      co_return telemetry::kvbm_snapshot(std::move(label), utc(), page.text);
    }
    co_return telemetry::failed_kvbm_snapshot(std::move(label), utc(), page.error);
  }

  Task<record::ServerReading> read_server() {
    const std::string& given = config.evidence.server_metrics_url;
    const analysis::CapturedPage page =
        co_await fetch(given.empty() ? config.target.base_text + "/metrics" : given);
    co_return page.success ? telemetry::server_reading(page.text)
                           : telemetry::failed_server_reading(page.error);
  }

  Task<> capture_pages(DriveRun& run, const DrivePhaseRun& phase) {
    analysis::CapturedPages pages{
        .phase = phase.name, .role = phase.role, .system = {}, .kvbm = {}};
    pages.system = co_await fetch(endpoint.system_url);
    pages.kvbm = co_await fetch(config.kv.enabled ? endpoint.pages_kvbm_url : std::string());
    run.pages.push_back(std::move(pages));
  }

  Task<> take_kvbm(DriveRun& run, std::string label) {
    run.kvbm_snapshots.push_back(co_await fetch_kvbm(std::move(label)));
  }

  record::BlockSample block() const {
    if (inside) return {};
    return telemetry::block_sample(config.evidence.block_device, utc());
  }
  // In virtual time no process and no device serves.
  record::WorkerIo worker() const {
    return inside ? record::WorkerIo() : scan.worker_io(utc(), container);
  }

  void mark(const std::string& boundary, const std::string& phase) const {
    if (sampler) {
      sampler->mark({.label = "phase_" + boundary, .phase = phase, .boundary = boundary});
    }
  }

  // Readings are taken from the outside in, so that the innermost see the least of the others.
  Task<> run_phase(DriveRun& run, const PlannedPhase& planned_phase, const DriveHooks& hooks) {
    DrivePhaseRun& phase = *std::ranges::find(run.phases, planned_phase.name, &DrivePhaseRun::name);
    hooks.phase_begins(phase.name);
    mark("start", phase.name);
    phase.server_before = co_await read_server();
    phase.kvbm_before = co_await fetch_kvbm("before_" + phase.name);
    run.kvbm_snapshots.push_back(phase.kvbm_before);
    phase.worker_before = worker();
    phase.block_before = block();
    phase.start = utc();
    eyes = {};
    current = &phase;
    load::CompletionLoadOptions options = config.load.options;
    options.concurrency = planned_phase.concurrency;
    const Duration cpu = thread_cpu_time();
    const load::CompletionLoadResult result =
        co_await requests->run(planned_phase.calls, options, stop);
    if (!inside) phase.client_cpu_s = to_seconds(thread_cpu_time() - cpu);
    phase.end = utc();
    phase.block_after = block();
    phase.worker_after = worker();
    log->drain();
    current = nullptr;
    phase.kvbm_after = co_await fetch_kvbm("after_" + phase.name);
    run.kvbm_snapshots.push_back(phase.kvbm_after);
    phase.server_after = co_await read_server();
    mark("end", phase.name);
    if (config.evidence.capture_pages) co_await capture_pages(run, phase);
    phase.duration_s = to_seconds(result.duration);
    phase.sent = result.sent;
    phase.dropped = result.dropped;
    phase.unsent = result.unsent;
    phase.late = result.late;
    phase.ran = true;
    co_await look_for_model(run, phase);
    if (phase.unsent > 0) run.notes.push_back(fmt::format("interrupted in phase {}", phase.name));
    hooks.phase_ended(run, phase);
  }

  Task<> look_for_model(DriveRun& run, DrivePhaseRun& phase) {
    if (eyes.too_long) {
      run.invalidate("engine_prompt_limit_exceeded",
                     fmt::format("phase {}: the engine names max_num_tokens", phase.name));
    }
    if (!eyes.may_be_gone || stop.requested()) co_return;
    phase.models_visible = co_await count_models();
    if (phase.models_visible == std::optional<std::size_t>(0)) {
      run.invalidate("model_dropped", fmt::format("after phase {}", phase.name));
    }
  }

  void see(const record::CompletionRow& row, analysis::RequestIdentity& identity) {
    if (current == nullptr) {
      sanity_sums.add(row);
      return;
    }
    current->sums.add(row);
    warm_start.add(row);
    identity.add(row);
    eyes.too_long = eyes.too_long || lower(row.error).find("max_num_tokens") != std::string::npos;
    eyes.may_be_gone = eyes.may_be_gone || row.status == kNotFound || row.status == kServerError;
  }

  Task<> check_ttfc(DriveRun& run) {
    const SanityConfig& sanity = config.sanity;
    analysis::SanityRun check;
    check.requests = sanity.requests;
    check.concurrency = sanity.concurrency.value_or(plan->phases().back().concurrency);
    check.short_max_tokens = sanity.short_max_tokens;
    check.long_max_tokens = sanity.long_max_tokens;
    check.fail_on_error = sanity.fail_on_error;
    check.input.ttfc_ratio_max = sanity.ttfc_ratio;
    check.input.ttft_ratio_min = sanity.ttft_ratio;
    check.input.short_stream = co_await sanity_case(run, check, sanity.short_max_tokens, true);
    check.input.long_stream = co_await sanity_case(run, check, sanity.long_max_tokens, true);
    check.input.short_whole = co_await sanity_case(run, check, sanity.short_max_tokens, false);
    check.input.long_whole = co_await sanity_case(run, check, sanity.long_max_tokens, false);
    check.verdict = analysis::judge_ttfc(check.input);
    if (!check.verdict.passed && sanity.fail_on_error) {
      std::string reasons;
      for (const std::string& reason : check.verdict.reasons) {
        reasons += (reasons.empty() ? "" : ",") + reason;
      }
      run.invalidate("ttfc_sanity_failed", "ttfc_sanity_failed:" + reasons);
    }
    run.sanity = std::move(check);
  }

  Task<analysis::SanityCase> sanity_case(const DriveRun& run, const analysis::SanityRun& check,
                                         std::uint32_t max_tokens, bool stream) {
    sanity_sums = analysis::PhaseSums();
    sanity_cases.push_back(
        plan->sanity_case(config.requests, run.model_id, max_tokens, stream, check.requests));
    load::CompletionLoadOptions options;
    options.concurrency = check.concurrency;
    const load::CompletionLoadResult result =
        co_await requests->run(sanity_cases.back()->calls, options, stop);
    log->drain();
    const analysis::PhaseFigures figures = sanity_sums.figures(to_seconds(result.duration));
    const auto p95 = [](const std::optional<analysis::Spread>& spread) {
      return spread ? std::optional(spread->p95) : std::nullopt;
    };
    co_return analysis::SanityCase{.errors = figures.error_requests,
                                   .ttfc_p95_ms = p95(figures.ttfc_ms),
                                   .ttft_p95_ms = p95(figures.ttft_ms),
                                   .latency_p95_ms = p95(figures.latency_ms)};
  }

  void judge_cache(DriveRun& run) const {
    run.cache = warm_start.judge();
    if (run.cache.state != analysis::CacheState::warm) return;
    const std::string found = fmt::format(
        "{} of {} prompts had {} tokens cached that this run had not sent before; restart the "
        "server, or give --cache-bust run",
        run.cache.warm_requests, run.cache.requests, run.cache.foreign_tokens);
    if (config.evidence.void_when_warm && run.valid()) {
      run.invalidate("warm_cache_at_start", found);
    } else {
      run.notes.push_back("the cache was warm at the start: " + found);
    }
  }

  void judge_kvbm(DriveRun& run) const {
    const bool any = std::ranges::any_of(run.kvbm_snapshots, [](const auto& snapshot) {
      return snapshot.success && !snapshot.metrics.empty();
    });
    if (!run.kv.enabled || any) return;
    if (config.evidence.allow_missing_kvbm) {
      run.notes.emplace_back("the block manager's metrics were not there");
    } else if (run.valid()) {
      run.invalidate("kvbm_metrics_unavailable", run.kvbm_snapshots.back().error);
    }
  }

  const DriveConfig& config;
  DriveEndpoint endpoint;
  const workload::DrivePhases& phases;
  const kv::Tokenizer& tokenizer;
  std::string rows;
  std::unique_ptr<async::Clock> clock;
  async::Loop loop;
  UtcTime epoch;  // of the loop's clock; in virtual time 1970
  async::Stop stop;
  std::unique_ptr<InProcessServer> inside;  // null: the server is another process
  std::unique_ptr<load::Dialler> dialler;
  std::unique_ptr<load::CompletionClient> client;
  telemetry::ProcessScan scan;
  std::optional<std::int64_t> container;  // the first process of the server's, if it runs in one
  std::unique_ptr<telemetry::IoSampler> sampler;
  record::IoSamples samples;
  std::unique_ptr<DrivePlan> plan;
  std::vector<std::unique_ptr<PlannedPhase>> sanity_cases;  // rows point into them
  std::unique_ptr<record::CompletionLog> log;
  std::unique_ptr<load::CompletionLoad> requests;
  DrivePhaseRun* current = nullptr;  // written between phases, when the log is empty
  PhaseEyes eyes;
  analysis::PhaseSums sanity_sums;
  analysis::WarmStart warm_start;
  std::atomic<std::uint64_t> ended = 0;
  std::uint64_t planned = 0;
  std::mutex mutex;  // of what other threads ask for
  bool running = false;
  bool ending = false;
};

Drive::Drive(const DriveConfig& config, const DriveEndpoint& endpoint,
             const workload::DrivePhases& phases, const kv::Tokenizer& tokenizer, std::string rows)
    : impl_(std::make_unique<Impl>(config, endpoint, phases, tokenizer, std::move(rows))) {}

Drive::~Drive() = default;

void Drive::run(DriveRun& run, const DriveHooks& hooks) {
  const std::string directory = impl_->rows.substr(0, impl_->rows.rfind('/'));
  const std::string responses =
      impl_->config.store_responses ? directory + "/responses" : std::string();
  impl_->log = std::make_unique<record::CompletionLog>(
      impl_->rows, impl_->tokenizer,
      record::CompletionLogOptions{.responses = responses,
                                   .profile = directory + "/profile_export.jsonl"},
      [this, &run](const record::CompletionRow& row) { impl_->see(row, run.identity); });
  impl_->requests = std::make_unique<load::CompletionLoad>(
      impl_->loop, *impl_->client, impl_->epoch, [this](const record::CompletionRow& row) {
        ++impl_->ended;
        impl_->log->add(row);
      });
  const DriveEvidence& evidence = impl_->config.evidence;
  if (evidence.io_attribution) {
    impl_->sampler = std::make_unique<telemetry::IoSampler>(
        telemetry::IoSamplerOptions{.device = evidence.block_device,
                                    .pattern = evidence.process_pattern,
                                    .fallback = evidence.top_processes,
                                    .cache_directory = evidence.cache_dir,
                                    .interval = evidence.io_interval});
  }
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->running = !impl_->ending;
  }
  if (impl_->running) impl_->loop.run(impl_->drive_all(run, hooks));
  {
    const std::scoped_lock lock(impl_->mutex);
    impl_->running = false;
  }
  if (impl_->sampler) impl_->samples = impl_->sampler->finish();
  impl_->log->finish();
  impl_->client->close_idle();
}

void Drive::stop() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->ending = true;
  if (impl_->running) impl_->loop.post([this] { impl_->stop.request(); });
}

std::uint64_t Drive::ended() const { return impl_->ended; }
std::uint64_t Drive::planned() const { return impl_->planned; }
const record::IoSamples& Drive::samples() const { return impl_->samples; }

}  // namespace spillway::scenario
