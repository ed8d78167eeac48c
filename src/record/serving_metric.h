// The metrics by which serving engines tell what their KV caches did: spelt once, for who writes
// such a page and who reads one. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "text/prometheus_writer.h"

namespace spillway::record {

// Whose name it is. Those of Dynamo and its block manager (KVBM) are of its documentation ("Metrics
// catalog"), those of vLLM and SGLang of their metrics documentation; spillway's own are figures
// that none of them has a name for. Those after it are read only (server_metric.h).
enum class MetricDialect : std::uint8_t {
  kvbm,
  dynamo_frontend,
  dynamo_component,
  vllm,
  sglang,
  spillway,
  trtllm,
  lmcache,
  llamacpp
};

std::string_view name_of(MetricDialect dialect);

// KVBM's counters carry no "_total", by which Prometheus tells a counter: they are untyped.
struct ServingMetric {
  std::string_view name;
  MetricDialect dialect = MetricDialect::kvbm;
  text::PrometheusType type = text::PrometheusType::untyped;
  std::string_view unit;
  std::string_view text;    // what it is
  std::string_view source;  // its formula of our own engine's figures
};

// In the order of docs/serving-metrics.md, one dialect after the other.
std::span<const ServingMetric> serving_metrics();

// The row of this name, or null. A reader strips _bucket, _sum and _count of histograms first.
const ServingMetric* find_serving_metric(std::string_view name);

// The names, for who writes or reads a page.
namespace serving {
inline constexpr std::string_view kKvbmMatchedTokens = "kvbm_matched_tokens";
inline constexpr std::string_view kKvbmOffloadBlocksD2h = "kvbm_offload_blocks_d2h";
inline constexpr std::string_view kKvbmOffloadBlocksH2d = "kvbm_offload_blocks_h2d";
inline constexpr std::string_view kKvbmOffloadBlocksD2d = "kvbm_offload_blocks_d2d";
inline constexpr std::string_view kKvbmOnboardBlocksH2d = "kvbm_onboard_blocks_h2d";
inline constexpr std::string_view kKvbmOnboardBlocksD2d = "kvbm_onboard_blocks_d2d";
inline constexpr std::string_view kKvbmHostCacheHitRate = "kvbm_host_cache_hit_rate";
inline constexpr std::string_view kKvbmDiskCacheHitRate = "kvbm_disk_cache_hit_rate";
inline constexpr std::string_view kKvbmDiskBytesRead = "kvbm_disk_bytes_read";
inline constexpr std::string_view kKvbmDiskBytesWritten = "kvbm_disk_bytes_written";
inline constexpr std::string_view kKvbmDiskFetchP50Ms = "kvbm_disk_fetch_p50_ms";
inline constexpr std::string_view kKvbmDiskFetchP95Ms = "kvbm_disk_fetch_p95_ms";
inline constexpr std::string_view kKvbmDiskFetchP99Ms = "kvbm_disk_fetch_p99_ms";
inline constexpr std::string_view kKvbmCacheEvictions = "kvbm_cache_evictions";
inline constexpr std::string_view kDynamoFrontendRequestsTotal = "dynamo_frontend_requests_total";
inline constexpr std::string_view kDynamoFrontendInflightRequests =
    "dynamo_frontend_inflight_requests";
inline constexpr std::string_view kDynamoFrontendQueuedRequests = "dynamo_frontend_queued_requests";
inline constexpr std::string_view kDynamoFrontendDisconnectedClients =
    "dynamo_frontend_disconnected_clients";
inline constexpr std::string_view kDynamoFrontendOutputTokensTotal =
    "dynamo_frontend_output_tokens_total";
inline constexpr std::string_view kDynamoFrontendCachedTokens = "dynamo_frontend_cached_tokens";
inline constexpr std::string_view kDynamoFrontendTimeToFirstTokenSeconds =
    "dynamo_frontend_time_to_first_token_seconds";
inline constexpr std::string_view kDynamoFrontendInterTokenLatencySeconds =
    "dynamo_frontend_inter_token_latency_seconds";
inline constexpr std::string_view kDynamoFrontendRequestDurationSeconds =
    "dynamo_frontend_request_duration_seconds";
inline constexpr std::string_view kDynamoFrontendModelKvCacheBlockSize =
    "dynamo_frontend_model_kv_cache_block_size";
inline constexpr std::string_view kDynamoComponentTotalBlocks = "dynamo_component_total_blocks";
inline constexpr std::string_view kDynamoComponentGpuCacheUsagePercent =
    "dynamo_component_gpu_cache_usage_percent";
inline constexpr std::string_view kDynamoComponentRequestsTotal = "dynamo_component_requests_total";
inline constexpr std::string_view kDynamoComponentInflightRequests =
    "dynamo_component_inflight_requests";
inline constexpr std::string_view kDynamoComponentRequestDurationSeconds =
    "dynamo_component_request_duration_seconds";
inline constexpr std::string_view kDynamoComponentRequestBytesTotal =
    "dynamo_component_request_bytes_total";
inline constexpr std::string_view kDynamoComponentResponseBytesTotal =
    "dynamo_component_response_bytes_total";
inline constexpr std::string_view kDynamoComponentCancellationTotal =
    "dynamo_component_cancellation_total";
inline constexpr std::string_view kSpillwayHttpConnections = "spillway_http_connections";
inline constexpr std::string_view kSpillwayHttpResponsesTotal = "spillway_http_responses_total";
inline constexpr std::string_view kSpillwayRequestsRefusedTotal = "spillway_requests_refused_total";
inline constexpr std::string_view kSpillwayPrefilledTokensTotal = "spillway_prefilled_tokens_total";
inline constexpr std::string_view kSpillwayBlocksFilteredTotal = "spillway_blocks_filtered_total";
inline constexpr std::string_view kSpillwayBlocksDroppedTotal = "spillway_blocks_dropped_total";
inline constexpr std::string_view kSpillwayBlocksFailedTotal = "spillway_blocks_failed_total";
inline constexpr std::string_view kSpillwayCapacityBlocks = "spillway_capacity_blocks";
inline constexpr std::string_view kSpillwayUsedBlocks = "spillway_used_blocks";
inline constexpr std::string_view kSpillwayAdapterHitsTotal = "spillway_adapter_hits_total";
inline constexpr std::string_view kSpillwayAdapterMissesTotal = "spillway_adapter_misses_total";
inline constexpr std::string_view kSpillwayAdapterFailuresTotal = "spillway_adapter_failures_total";
inline constexpr std::string_view kSpillwayAdapterEvictionsTotal =
    "spillway_adapter_evictions_total";
inline constexpr std::string_view kSpillwayAdapterReadBytesTotal =
    "spillway_adapter_read_bytes_total";
inline constexpr std::string_view kSpillwayAdapterLoadSeconds = "spillway_adapter_load_seconds";
inline constexpr std::string_view kSpillwayAdapterCachedBytes = "spillway_adapter_cached_bytes";
inline constexpr std::string_view kVllmNumRequestsRunning = "vllm:num_requests_running";
inline constexpr std::string_view kVllmNumRequestsWaiting = "vllm:num_requests_waiting";
inline constexpr std::string_view kVllmNumPreemptionsTotal = "vllm:num_preemptions_total";
inline constexpr std::string_view kVllmKvCacheUsagePerc = "vllm:kv_cache_usage_perc";
inline constexpr std::string_view kVllmPromptTokensTotal = "vllm:prompt_tokens_total";
inline constexpr std::string_view kVllmGenerationTokensTotal = "vllm:generation_tokens_total";
inline constexpr std::string_view kVllmPrefixCacheQueriesTotal = "vllm:prefix_cache_queries_total";
inline constexpr std::string_view kVllmPrefixCacheHitsTotal = "vllm:prefix_cache_hits_total";
inline constexpr std::string_view kVllmExternalPrefixCacheQueriesTotal =
    "vllm:external_prefix_cache_queries_total";
inline constexpr std::string_view kVllmExternalPrefixCacheHitsTotal =
    "vllm:external_prefix_cache_hits_total";
inline constexpr std::string_view kVllmKvOffloadLoadBytesTotal = "vllm:kv_offload_load_bytes_total";
inline constexpr std::string_view kVllmKvOffloadStoreBytesTotal =
    "vllm:kv_offload_store_bytes_total";
inline constexpr std::string_view kVllmKvOffloadCpuCacheUsagePerc =
    "vllm:kv_offload_cpu_cache_usage_perc";
inline constexpr std::string_view kVllmTimeToFirstTokenSeconds = "vllm:time_to_first_token_seconds";
inline constexpr std::string_view kVllmInterTokenLatencySeconds =
    "vllm:inter_token_latency_seconds";
inline constexpr std::string_view kVllmE2eRequestLatencySeconds =
    "vllm:e2e_request_latency_seconds";
inline constexpr std::string_view kVllmRequestQueueTimeSeconds = "vllm:request_queue_time_seconds";
inline constexpr std::string_view kSglangCachedTokensTotal = "sglang:cached_tokens_total";
inline constexpr std::string_view kSglangPromptTokensTotal = "sglang:prompt_tokens_total";
inline constexpr std::string_view kSglangGenerationTokensTotal = "sglang:generation_tokens_total";
inline constexpr std::string_view kSglangNumRequestsTotal = "sglang:num_requests_total";
inline constexpr std::string_view kSglangNumRunningReqs = "sglang:num_running_reqs";
inline constexpr std::string_view kSglangNumQueueReqs = "sglang:num_queue_reqs";
inline constexpr std::string_view kSglangTokenUsage = "sglang:token_usage";
inline constexpr std::string_view kSglangHicacheHostUsedTokens = "sglang:hicache_host_used_tokens";
inline constexpr std::string_view kSglangHicacheHostTotalTokens =
    "sglang:hicache_host_total_tokens";
inline constexpr std::string_view kSglangEvictedTokensTotal = "sglang:evicted_tokens_total";
inline constexpr std::string_view kSglangTimeToFirstTokenSeconds =
    "sglang:time_to_first_token_seconds";
inline constexpr std::string_view kSglangInterTokenLatencySeconds =
    "sglang:inter_token_latency_seconds";
inline constexpr std::string_view kSglangE2eRequestLatencySeconds =
    "sglang:e2e_request_latency_seconds";
}  // namespace serving

}  // namespace spillway::record
