// SPDX-License-Identifier: Apache-2.0
#include "record/server_metric.h"

#include <array>

namespace spillway::record {
namespace {

using enum KvPlace;
using enum MetricDialect;
using enum MetricKind;

// NOLINTBEGIN(modernize-use-designated-initializers): the columns of the document.
constexpr auto kMetrics = std::to_array<ServerMetric>({
    // vllm/v1/metrics/loggers.py, and kv_connector/v1/offloading/metrics.py for kv_offload_*.
    {vllm, device, "hit_tokens", counter, serving::kVllmPrefixCacheHitsTotal},
    {vllm, device, "query_tokens", counter, serving::kVllmPrefixCacheQueriesTotal},
    {vllm, device, "usage_ratio", gauge, serving::kVllmKvCacheUsagePerc},
    {vllm, below_device, "hit_tokens", counter, serving::kVllmExternalPrefixCacheHitsTotal},
    {vllm, below_device, "query_tokens", counter, serving::kVllmExternalPrefixCacheQueriesTotal},
    {vllm, below_device, "in_bytes", counter, serving::kVllmKvOffloadStoreBytesTotal},
    {vllm, below_device, "out_bytes", counter, serving::kVllmKvOffloadLoadBytesTotal},
    {vllm, host, "usage_ratio", gauge, serving::kVllmKvOffloadCpuCacheUsagePerc},
    {vllm, host, "in_bytes", counter, "vllm:kv_offload_total_bytes_total", "transfer_type",
     "GPU_to_CPU"},
    {vllm, host, "out_bytes", counter, "vllm:kv_offload_total_bytes_total", "transfer_type",
     "CPU_to_GPU"},
    {vllm, server, "running_requests", gauge, serving::kVllmNumRequestsRunning},
    {vllm, server, "waiting_requests", gauge, serving::kVllmNumRequestsWaiting},
    {vllm, server, "preemptions", counter, serving::kVllmNumPreemptionsTotal},
    {vllm, server, "prompt_tokens", counter, serving::kVllmPromptTokensTotal},
    {vllm, server, "generated_tokens", counter, serving::kVllmGenerationTokensTotal},

    // SGLang, "Production Metrics", and sglang/srt/metrics/collector.py. Older versions have no
    // cache_source.
    {sglang, device, "hit_tokens", counter, serving::kSglangCachedTokensTotal, "cache_source",
     "device"},
    {sglang, host, "hit_tokens", counter, serving::kSglangCachedTokensTotal, "cache_source",
     "host"},
    {sglang, disk, "hit_tokens", counter, serving::kSglangCachedTokensTotal, "cache_source",
     "storage_disk"},
    {sglang, disk, "hit_tokens", counter, serving::kSglangCachedTokensTotal, "cache_source",
     "storage_file"},
    {sglang, storage, "hit_tokens", counter, serving::kSglangCachedTokensTotal, "cache_source",
     "storage*"},
    {sglang, any_tier, "hit_tokens", counter, serving::kSglangCachedTokensTotal, "cache_source",
     ""},
    {sglang, device, "usage_ratio", gauge, serving::kSglangTokenUsage},
    {sglang, device, "evicted_tokens", counter, serving::kSglangEvictedTokensTotal},
    {sglang, host, "out_tokens", counter, "sglang:load_back_tokens_total"},
    {sglang, host, "used_tokens", gauge, serving::kSglangHicacheHostUsedTokens},
    {sglang, host, "capacity_tokens", gauge, serving::kSglangHicacheHostTotalTokens},
    {sglang, server, "running_requests", gauge, serving::kSglangNumRunningReqs},
    {sglang, server, "waiting_requests", gauge, serving::kSglangNumQueueReqs},
    {sglang, server, "prompt_tokens", counter, serving::kSglangPromptTokensTotal},
    {sglang, server, "generated_tokens", counter, serving::kSglangGenerationTokensTotal},

    // tensorrt_llm/metrics/collector.py; trtllm-serve has them at /prometheus/metrics, Dynamo on
    // its system port.
    {trtllm, any_tier, "hit_tokens", counter, "trtllm_prompt_cached_tokens_total"},
    {trtllm, any_tier, "hit_blocks", counter, "trtllm_kv_cache_reused_blocks_total"},
    {trtllm, any_tier, "missed_blocks", counter, "trtllm_kv_cache_missed_blocks_total"},
    {trtllm, any_tier, "hit_ratio", gauge, "trtllm_kv_cache_hit_rate"},
    {trtllm, device, "usage_ratio", gauge, "trtllm_kv_cache_utilization"},
    {trtllm, host, "usage_ratio", gauge, "trtllm_kv_cache_host_utilization"},
    {trtllm, host, "in_bytes", counter, "trtllm_kv_cache_offload_bytes_total"},
    {trtllm, host, "out_bytes", counter, "trtllm_kv_cache_onboard_bytes_total"},
    {trtllm, server, "running_requests", gauge, "trtllm_num_requests_running"},
    {trtllm, server, "waiting_requests", gauge, "trtllm_num_requests_waiting"},
    {trtllm, server, "prompt_tokens", counter, "trtllm_prompt_tokens_total"},
    {trtllm, server, "generated_tokens", counter, "trtllm_generation_tokens_total"},

    // Dynamo, "Metrics catalog".
    {dynamo_frontend, any_tier, "hit_tokens", counter, "dynamo_frontend_cached_tokens_sum"},
    {dynamo_frontend, server, "running_requests", gauge, serving::kDynamoFrontendInflightRequests},
    {dynamo_frontend, server, "waiting_requests", gauge, serving::kDynamoFrontendQueuedRequests},
    {dynamo_frontend, server, "generated_tokens", counter,
     serving::kDynamoFrontendOutputTokensTotal},
    {dynamo_component, device, "usage_ratio", gauge, serving::kDynamoComponentGpuCacheUsagePercent},
    {kvbm, below_device, "hit_tokens", counter, serving::kKvbmMatchedTokens},
    {kvbm, host, "hit_ratio", gauge, serving::kKvbmHostCacheHitRate},
    {kvbm, host, "in_blocks", counter, serving::kKvbmOffloadBlocksD2h},
    {kvbm, host, "out_blocks", counter, serving::kKvbmOnboardBlocksH2d},
    {kvbm, disk, "hit_ratio", gauge, serving::kKvbmDiskCacheHitRate},
    {kvbm, disk, "in_blocks", counter, serving::kKvbmOffloadBlocksH2d},
    {kvbm, disk, "in_blocks", counter, serving::kKvbmOffloadBlocksD2d},
    {kvbm, disk, "out_blocks", counter, serving::kKvbmOnboardBlocksD2d},
    {kvbm, disk, "in_bytes", counter, serving::kKvbmDiskBytesWritten},
    {kvbm, disk, "out_bytes", counter, serving::kKvbmDiskBytesRead},
    {kvbm, remote, "hit_ratio", gauge, "kvbm_object_cache_hit_rate"},
    {kvbm, remote, "in_blocks", counter, "kvbm_offload_blocks_d2o"},
    {kvbm, remote, "out_blocks", counter, "kvbm_onboard_blocks_o2d"},
    {kvbm, remote, "in_bytes", counter, "kvbm_offload_bytes_object"},
    {kvbm, remote, "out_bytes", counter, "kvbm_onboard_bytes_object"},
    {kvbm, below_device, "evicted_blocks", counter, serving::kKvbmCacheEvictions},

    // LMCache, "Metrics" and lmcache/observability.py; lmcache_mp_* is its multi-process mode.
    {lmcache, below_device, "hit_tokens", counter, "lmcache:num_hit_tokens"},
    {lmcache, below_device, "query_tokens", counter, "lmcache:num_requested_tokens"},
    {lmcache, below_device, "in_tokens", counter, "lmcache:num_stored_tokens"},
    {lmcache, host, "used_bytes", gauge, "lmcache:local_cache_usage"},
    {lmcache, host, "evictions", counter, "lmcache:local_cpu_evict_count"},
    {lmcache, disk, "used_bytes", gauge, "lmcache:local_storage_usage"},
    {lmcache, disk, "in_bytes", counter, "lmcache:local_disk_write_bytes_total"},
    {lmcache, disk, "out_bytes", counter, "lmcache:local_disk_read_bytes_total"},
    {lmcache, disk, "evictions", counter, "lmcache:local_disk_evict_count"},
    {lmcache, remote, "used_bytes", gauge, "lmcache:remote_cache_usage"},
    {lmcache, remote, "in_bytes", counter, "lmcache:num_remote_write_bytes"},
    {lmcache, remote, "out_bytes", counter, "lmcache:num_remote_read_bytes"},
    {lmcache, storage, "hit_tokens", counter, "lmcache_mp_lookup_hit_l2_tokens_total"},
    {lmcache, storage, "query_tokens", counter, "lmcache_mp_lookup_prompt_tokens_total"},

    // llama.cpp, tools/server/README.md; newer versions have no kv_cache_usage_ratio.
    {llamacpp, device, "usage_ratio", gauge, "llamacpp:kv_cache_usage_ratio"},
    {llamacpp, server, "running_requests", gauge, "llamacpp:requests_processing"},
    {llamacpp, server, "waiting_requests", gauge, "llamacpp:requests_deferred"},
    {llamacpp, server, "prompt_tokens", counter, "llamacpp:prompt_tokens_total"},
    {llamacpp, server, "generated_tokens", counter, "llamacpp:tokens_predicted_total"},
});
// NOLINTEND(modernize-use-designated-initializers)

}  // namespace

std::string_view name_of(KvPlace place) {
  constexpr std::array<std::string_view, 8> kNames = {
      "server", "device", "host", "disk", "remote", "below_device", "storage", "any_tier"};
  return kNames.at(static_cast<std::size_t>(place));
}

std::span<const ServerMetric> server_metrics() { return kMetrics; }

std::string_view family_of(std::string_view name) {
  constexpr std::string_view kTotal = "_total";
  if (name.ends_with(kTotal)) name.remove_suffix(kTotal.size());
  return name;
}

}  // namespace spillway::record
