// SPDX-License-Identifier: Apache-2.0
#include "serve/metrics_pages.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "core/error.h"
#include "record/serving_metric.h"
#include "text/prometheus_writer.h"

namespace spillway::serve {
namespace {

namespace names = record::serving;
using text::PrometheusLabel;

// Bounds in seconds as vLLM has them (vllm/v1/metrics/loggers.py).
constexpr auto kFirstTokenBounds =
    std::to_array<double>({0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1,  0.25, 0.5,   0.75,
                           1.0,   2.5,   5.0,  7.5,  10.0, 20.0, 40.0, 80.0, 160., 640.0, 2560.0});
constexpr auto kInterTokenBounds =
    std::to_array<double>({0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5,
                           5.0, 7.5, 10.0, 20., 40.0, 80.0});
constexpr auto kLoadBounds = std::to_array<double>(
    {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5});
constexpr auto kRequestBounds =
    std::to_array<double>({0.3,  0.5,  0.8,  1.0,  1.5,  2.0,   2.5,   5.0,   10.0,  15.0,  20.0,
                           30.0, 40.0, 50.0, 60.0, 120., 240.0, 480.0, 960.0, 1920., 7680.0});

// A share of nothing is 0: Prometheus would show a gap, and readers of these names expect a number.
double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// How many values were at or below each bound. A bucket lies where its middle does.
std::vector<std::uint64_t> at_most(const stats::Histogram& nanoseconds,
                                   std::span<const double> bounds) {
  std::vector<std::uint64_t> counts(bounds.size(), 0);
  nanoseconds.for_each_bucket([&](auto lowest, auto highest, std::uint64_t count) {
    const double middle = (static_cast<double>(lowest) + static_cast<double>(highest)) / 2e9;
    const auto* const bound =
        std::lower_bound(bounds.data(), bounds.data() + bounds.size(), middle);
    for (auto i = static_cast<std::size_t>(bound - bounds.data()); i < counts.size(); ++i) {
      counts[i] += count;
    }
  });
  return counts;
}

// Shows metrics by the table of record/serving_metric.h, less those that are hidden.
class Page {
 public:
  Page(std::span<const std::string> hidden, std::vector<PrometheusLabel> labels)
      : hidden_(hidden), labels_(std::move(labels)) {}

  void set_labels(std::vector<PrometheusLabel> labels) { labels_ = std::move(labels); }

  void show(std::string_view name, auto value) {
    if (begin(name)) writer_.sample(labels_, value);
  }

  // One sample for each value of a label of its own.
  using Sample = std::pair<std::string_view, std::uint64_t>;
  void show_by(std::string_view name, std::string_view label, std::span<const Sample> samples) {
    if (!begin(name)) return;
    for (const auto& [value, count] : samples) {
      std::vector<PrometheusLabel> all = labels_;
      all.push_back({.name = label, .value = value});
      writer_.sample(all, count);
    }
  }

  void show_times(std::string_view name, const stats::Histogram& nanoseconds,
                  std::span<const double> bounds) {
    if (!begin(name)) return;
    const std::vector<std::uint64_t> counts = at_most(nanoseconds, bounds);
    writer_.histogram(labels_, {.bounds = bounds,
                                .at_most = counts,
                                .count = nanoseconds.count(),
                                .sum = static_cast<double>(nanoseconds.sum()) / 1e9});
  }

  // A histogram of which only the sum and the count are known.
  void show_total(std::string_view name, std::uint64_t sum, std::uint64_t count) {
    if (!begin(name)) return;
    writer_.histogram(
        labels_, {.bounds = {}, .at_most = {}, .count = count, .sum = static_cast<double>(sum)});
  }

  const std::string& text() const { return writer_.text(); }

 private:
  bool begin(std::string_view name) {
    if (std::ranges::find(hidden_, name) != hidden_.end()) return false;
    const record::ServingMetric* const metric = record::find_serving_metric(name);
    check(metric != nullptr, "a metric that is shown has its row");
    writer_.family(metric->name, metric->type, metric->text);
    return true;
  }

  std::span<const std::string> hidden_;
  std::vector<PrometheusLabel> labels_;
  text::PrometheusWriter writer_;
};

std::uint64_t hits_below_device(const EngineFigures& engine) {
  return engine.hit_tokens[TierId::cpu] + engine.hit_tokens[TierId::storage];
}

double usage(const EngineFigures& engine, TierId tier) {
  return share(engine.used_blocks[tier], engine.capacity_blocks[tier]);
}

void show_requests(Page& page, const EngineFigures& engine, const HttpFigures& http) {
  std::uint64_t answers = 0;
  for (const std::uint64_t count : http.responses) answers += count;
  const std::array<Page::Sample, 2> by_status = {
      {{"success", http.responses[1]}, {"error", answers - http.responses[1]}}};
  page.show_by(names::kDynamoFrontendRequestsTotal, "status", by_status);
  page.show(names::kDynamoFrontendInflightRequests, http.in_flight);
  page.show(names::kDynamoFrontendQueuedRequests, engine.waiting);
  page.show(names::kDynamoFrontendDisconnectedClients, engine.requests_cancelled);
}

void show_frontend(Page& page, const EngineFigures& engine) {
  page.show(names::kDynamoFrontendOutputTokensTotal, engine.generated_tokens);
  page.show_total(names::kDynamoFrontendCachedTokens,
                  engine.hit_tokens[TierId::gpu] + hits_below_device(engine),
                  engine.requests_completed);
  page.show_times(names::kDynamoFrontendTimeToFirstTokenSeconds, engine.first_token,
                  kFirstTokenBounds);
  page.show_times(names::kDynamoFrontendInterTokenLatencySeconds, engine.inter_token,
                  kInterTokenBounds);
  page.show_times(names::kDynamoFrontendRequestDurationSeconds, engine.request, kRequestBounds);
  page.show(names::kDynamoFrontendModelKvCacheBlockSize, engine.block_tokens);
}

void show_vllm_cache(Page& page, const EngineFigures& engine) {
  const std::uint64_t on_device = engine.hit_tokens[TierId::gpu];
  page.show(names::kVllmPrefixCacheQueriesTotal, engine.prompt_tokens);
  page.show(names::kVllmPrefixCacheHitsTotal, on_device);
  page.show(names::kVllmExternalPrefixCacheQueriesTotal, engine.prompt_tokens - on_device);
  page.show(names::kVllmExternalPrefixCacheHitsTotal, hits_below_device(engine));
  page.show(names::kVllmKvOffloadLoadBytesTotal,
            (engine.moves.onboard_h2d + engine.moves.onboard_d2d) * engine.block_bytes);
  page.show(names::kVllmKvOffloadStoreBytesTotal,
            (engine.moves.offload_d2h + engine.moves.offload_d2d) * engine.block_bytes);
  page.show(names::kVllmKvOffloadCpuCacheUsagePerc, usage(engine, TierId::cpu));
}

void show_vllm(Page& page, const EngineFigures& engine) {
  page.show(names::kVllmNumRequestsRunning, engine.running);
  page.show(names::kVllmNumRequestsWaiting, engine.waiting);
  page.show(names::kVllmNumPreemptionsTotal, engine.preemptions);
  page.show(names::kVllmKvCacheUsagePerc, usage(engine, TierId::gpu));
  page.show(names::kVllmPromptTokensTotal, engine.prompt_tokens);
  page.show(names::kVllmGenerationTokensTotal, engine.generated_tokens);
  show_vllm_cache(page, engine);
  page.show_times(names::kVllmTimeToFirstTokenSeconds, engine.first_token, kFirstTokenBounds);
  page.show_times(names::kVllmInterTokenLatencySeconds, engine.inter_token, kInterTokenBounds);
  page.show_times(names::kVllmE2eRequestLatencySeconds, engine.request, kRequestBounds);
  page.show_times(names::kVllmRequestQueueTimeSeconds, engine.queue, kRequestBounds);
}

void show_sglang_cache(Page& page, const EngineFigures& engine) {
  const std::array<Page::Sample, 3> by_source = {
      {{"device", engine.hit_tokens[TierId::gpu]},
       {"host", engine.hit_tokens[TierId::cpu]},
       {"storage_disk", engine.hit_tokens[TierId::storage]}}};
  page.show_by(names::kSglangCachedTokensTotal, "cache_source", by_source);
  page.show(names::kSglangHicacheHostUsedTokens,
            engine.used_blocks[TierId::cpu] * engine.block_tokens);
  page.show(names::kSglangHicacheHostTotalTokens,
            engine.capacity_blocks[TierId::cpu] * engine.block_tokens);
  page.show(names::kSglangEvictedTokensTotal,
            engine.blocks_evicted[TierId::gpu] * engine.block_tokens);
}

void show_sglang(Page& page, const EngineFigures& engine) {
  page.show(names::kSglangPromptTokensTotal, engine.prompt_tokens);
  page.show(names::kSglangGenerationTokensTotal, engine.generated_tokens);
  page.show(names::kSglangNumRequestsTotal, engine.requests_completed);
  page.show(names::kSglangNumRunningReqs, engine.running);
  page.show(names::kSglangNumQueueReqs, engine.waiting);
  page.show(names::kSglangTokenUsage, usage(engine, TierId::gpu));
  show_sglang_cache(page, engine);
  page.show_times(names::kSglangTimeToFirstTokenSeconds, engine.first_token, kFirstTokenBounds);
  page.show_times(names::kSglangInterTokenLatencySeconds, engine.inter_token, kInterTokenBounds);
  page.show_times(names::kSglangE2eRequestLatencySeconds, engine.request, kRequestBounds);
}

void show_component(Page& page, const EngineFigures& engine, const HttpFigures& http) {
  page.show(names::kDynamoComponentTotalBlocks, engine.capacity_blocks[TierId::gpu]);
  page.show(names::kDynamoComponentGpuCacheUsagePercent, usage(engine, TierId::gpu));
  page.show(names::kDynamoComponentRequestsTotal, engine.requests_received);
  page.show(names::kDynamoComponentInflightRequests, engine.running + engine.waiting);
  page.show_times(names::kDynamoComponentRequestDurationSeconds, engine.request, kRequestBounds);
  page.show(names::kDynamoComponentRequestBytesTotal, http.received_bytes);
  page.show(names::kDynamoComponentResponseBytesTotal, http.sent_bytes);
  page.show(names::kDynamoComponentCancellationTotal, engine.requests_cancelled);
}

void show_tiers(Page& page, std::string_view name, const PerTier<std::uint64_t>& blocks) {
  std::vector<Page::Sample> samples;
  samples.reserve(kAllTiers.size());
  for (const TierId tier : kAllTiers) samples.emplace_back(name_of(tier), blocks[tier]);
  page.show_by(name, "tier", samples);
}

void show_own(Page& page, const EngineFigures& engine, const HttpFigures& http) {
  constexpr std::array<std::string_view, 5> kClasses = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  std::vector<Page::Sample> answers;
  answers.reserve(kClasses.size());
  for (std::size_t i = 0; i < kClasses.size(); ++i) {
    answers.emplace_back(kClasses.at(i), http.responses.at(i));
  }
  page.show(names::kSpillwayHttpConnections, http.connections);
  page.show_by(names::kSpillwayHttpResponsesTotal, "class", answers);
  page.show(names::kSpillwayRequestsRefusedTotal, engine.requests_refused);
  page.show(names::kSpillwayPrefilledTokensTotal, engine.prefilled_tokens);
  page.show(names::kSpillwayBlocksFilteredTotal, engine.filtered_blocks);
  page.show(names::kSpillwayBlocksDroppedTotal, engine.dropped_blocks);
  page.show(names::kSpillwayBlocksFailedTotal, engine.failed_blocks);
  show_tiers(page, names::kSpillwayCapacityBlocks, engine.capacity_blocks);
  show_tiers(page, names::kSpillwayUsedBlocks, engine.used_blocks);
}

void show_moves(Page& page, const EngineFigures& engine) {
  page.show(names::kKvbmMatchedTokens, hits_below_device(engine));
  page.show(names::kKvbmOffloadBlocksD2h, engine.moves.offload_d2h);
  page.show(names::kKvbmOffloadBlocksH2d, engine.moves.offload_h2d);
  page.show(names::kKvbmOffloadBlocksD2d, engine.moves.offload_d2d);
  page.show(names::kKvbmOnboardBlocksH2d, engine.moves.onboard_h2d);
  page.show(names::kKvbmOnboardBlocksD2d, engine.moves.onboard_d2d);
}

double fetch_milliseconds(const EngineFigures& engine, double q) {
  return static_cast<double>(engine.disk_fetch.quantile(q)) / 1e6;
}

}  // namespace

MetricsDialect metrics_dialect_of(std::string_view name) {
  if (name == "kvbm") return MetricsDialect::kvbm;
  if (name == "vllm") return MetricsDialect::vllm;
  if (name == "sglang") return MetricsDialect::sglang;
  throw Error("read the metrics' dialect: \"" + std::string(name) +
              "\" is none; give kvbm, vllm or sglang");
}

std::string frontend_page(const EngineFigures& engine, const HttpFigures& http,
                          const PageOptions& options) {
  Page page(options.hidden, {{.name = "model", .value = options.model}});
  show_requests(page, engine, http);
  show_frontend(page, engine);
  if (options.dialect == MetricsDialect::vllm) {
    page.set_labels(
        {{.name = "engine", .value = "0"}, {.name = "model_name", .value = options.model}});
    show_vllm(page, engine);
  } else if (options.dialect == MetricsDialect::sglang) {
    page.set_labels({{.name = "model_name", .value = options.model}});
    show_sglang(page, engine);
  }
  return page.text();
}

std::string system_page(const EngineFigures& engine, const HttpFigures& http,
                        const PageOptions& options) {
  Page page(options.hidden, {{.name = "dynamo_component", .value = "backend"},
                             {.name = "model", .value = options.model}});
  show_component(page, engine, http);
  page.set_labels({});
  show_own(page, engine, http);
  return page.text();
}

std::string kvbm_page(const EngineFigures& engine, const PageOptions& options) {
  Page page(options.hidden, {});
  show_moves(page, engine);
  page.show(names::kKvbmHostCacheHitRate,
            share(engine.blocks_hit[TierId::cpu], engine.blocks_asked[TierId::cpu]));
  page.show(names::kKvbmDiskCacheHitRate,
            share(engine.blocks_hit[TierId::storage], engine.blocks_asked[TierId::storage]));
  page.show(names::kKvbmDiskBytesRead, engine.disk_bytes_read);
  page.show(names::kKvbmDiskBytesWritten, engine.disk_bytes_written);
  page.show(names::kKvbmDiskFetchP50Ms, fetch_milliseconds(engine, 0.5));
  page.show(names::kKvbmDiskFetchP95Ms, fetch_milliseconds(engine, 0.95));
  page.show(names::kKvbmDiskFetchP99Ms, fetch_milliseconds(engine, 0.99));
  page.show(names::kKvbmCacheEvictions,
            engine.blocks_evicted[TierId::cpu] + engine.blocks_evicted[TierId::storage]);
  return page.text();
}

std::string adapters_page(const AdapterCounters& adapters, Bytes cached,
                          const PageOptions& options) {
  Page page(options.hidden, {});
  page.show(names::kSpillwayAdapterHitsTotal, adapters.hits);
  page.show(names::kSpillwayAdapterMissesTotal, adapters.misses);
  page.show(names::kSpillwayAdapterFailuresTotal, adapters.failed);
  page.show(names::kSpillwayAdapterEvictionsTotal, adapters.evictions);
  page.show(names::kSpillwayAdapterReadBytesTotal, adapters.read.count());
  page.show_times(names::kSpillwayAdapterLoadSeconds, adapters.load_ns, kLoadBounds);
  page.show(names::kSpillwayAdapterCachedBytes, cached.count());
  return page.text();
}

}  // namespace spillway::serve
