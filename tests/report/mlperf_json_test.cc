// SPDX-License-Identifier: Apache-2.0
#include "report/mlperf_json.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "record/request_log.h"
#include "tests/text/temporary_directory.h"
#include "text/json_reader.h"

namespace spillway::report {
namespace {

using record::RequestRow;
using record::ReuseKind;
using text::JsonValue;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::uint64_t kGiB = 1U << 30U;

RequestRow row(std::uint64_t index) {
  RequestRow one;
  one.index = index;
  one.flags |= RequestRow::kClassed | RequestRow::kEntries;
  one.qos = Qos::interactive;
  one.due = 0;
  one.admitted = one.started = 0;
  one.loaded = 10 * kMs;
  one.first_token = 40 * kMs;
  one.done = one.stored = 1000 * kMs;
  one.output_tokens = 32;
  one.tier_time = 100 * kMs;
  one.generation = 900 * kMs;
  one.entry_write = 30 * kMs;
  one.decode_read = 60 * kMs;
  one.decode_reads = 2;
  one.blocks_asked = 2;
  one.blocks_hit = {0, 0, 1};
  one.reuse_asked = {1, 1, 0};
  one.reuse_hit = {1, 0, 0};
  one.reuse_tokens = {5, 0, 0};
  return one;
}

// Ten seconds with four equal requests and 6 GiB written, 20 GiB read.
record::Run run() {
  record::Run run;
  run.window.end_ns = 10'000 * kMs;
  run.environment = {
      {.name = std::string(record::fact::kBytesPerToken), .value = std::int64_t{131'072}}};
  run.settings = {{.name = "seed", .value = std::int64_t{42}}};
  run.observed.targets = {record::QosTarget{.ttft_ns = 50 * kMs, .tier_time_ns = 50 * kMs}, {}, {}};
  for (std::uint64_t i = 0; i < 4; ++i) run.observed.add(row(i));
  record::TierCounters& storage = run.observed.tier(TierId::storage);
  for (int i = 0; i < 6; ++i) storage.write.add(kGiB, 100 * kMs, 40 * kMs);
  for (int i = 0; i < 20; ++i) storage.read.add(kGiB, 50 * kMs, 30 * kMs);
  storage.stores = 4;
  storage.demotions_in = 2;
  storage.held_blocks = 6;
  return run;
}

JsonValue summary_of(const record::Run& run, Dialect dialect = Dialect::a26) {
  return text::parse_json(mlperf_summary(run, {.dialect = dialect}), "out.json");
}

// Sections 9.1 and 9.2 of the reference, written down from there.
TEST(MlperfJson, HasEveryPublishedKey) {
  const JsonValue json = summary_of(run());
  for (const char* const key :
       {"requests_completed", "total_tokens_generated", "multi_turn_cache_hits",
        "multi_turn_cache_misses", "total_storage_io_latency", "total_generation_latency",
        "throughput_timeline", "seed", "summary"}) {
    EXPECT_NE(json.find(key), nullptr) << key;
  }
  const JsonValue& summary = json.at("summary");
  for (const char* const key :
       {"total_requests", "total_tokens", "elapsed_time", "avg_throughput_tokens_per_sec",
        "total_storage_io_time", "storage_throughput_tokens_per_sec", "requests_per_second",
        "end_to_end_latency_ms", "storage_io_latency_ms", "generation_latency_ms", "cache_stats",
        "qos_metrics", "prefix_cache_stats", "autoscaling_stats", "autoscaling_summary",
        "multi_turn_stats"}) {
    EXPECT_NE(summary.find(key), nullptr) << key;
  }
  for (const char* const key : {"mean", "p50", "p95", "p99", "p999", "p9999"}) {
    EXPECT_NE(summary.at("end_to_end_latency_ms").find(key), nullptr) << key;
  }
  const JsonValue& cache = summary.at("cache_stats");
  for (const char* const key : {"cache_hit_rate",
                                "cache_hits",
                                "cache_misses",
                                "gpu_entries",
                                "cpu_entries",
                                "storage_entries",
                                "gpu_memory_used_gb",
                                "cpu_memory_used_gb",
                                "offloads_cpu",
                                "offloads_storage",
                                "prefill_writes",
                                "decode_reads",
                                "storage_health",
                                "system_prompt_hits",
                                "common_phrase_hits",
                                "user_cache_hits",
                                "multi_turn_hits",
                                "total_read_bytes",
                                "total_write_bytes",
                                "total_read_gb",
                                "total_write_gb",
                                "read_write_ratio",
                                "read_iops",
                                "write_iops",
                                "storage_tokens_processed"}) {
    EXPECT_NE(cache.find(key), nullptr) << key;
  }
  for (const std::string tier : {"gpu", "cpu", "storage"}) {
    for (const char* const key : {"_kv_bytes_written_gb", "_kv_bytes_read_gb",
                                  "_read_bandwidth_gbps", "_write_bandwidth_gbps"}) {
      EXPECT_NE(cache.find("tier_" + tier + key), nullptr) << tier << key;
    }
  }
  for (const std::string name :
       {"storage_read", "storage_write", "storage_read_device", "storage_read_host",
        "storage_write_device", "storage_write_host"}) {
    for (const char* const percentile :
         {"_p50_ms", "_p95_ms", "_p99_ms", "_p999_ms", "_p9999_ms"}) {
      EXPECT_NE(cache.find(name + percentile), nullptr) << name << percentile;
    }
  }
  EXPECT_EQ(cache.find("gpu_read_p50_ms"), nullptr) << "no samples, no figure";
  const JsonValue& qos = summary.at("qos_metrics");
  EXPECT_TRUE(qos.at("batch").at("no_data").as_bool());
  for (const char* const key : {"total_requests", "latency_ms", "sla"}) {
    EXPECT_NE(qos.at("interactive").find(key), nullptr) << key;
  }
  for (const char* const key : {"target_p95_ms", "actual_p95_ms", "compliance", "met"}) {
    EXPECT_NE(qos.at("interactive").at("sla").find(key), nullptr) << key;
  }
  for (const char* const key : {"prefix_hits", "prefix_misses", "system_prompt_reuse",
                                "common_phrase_reuse", "bytes_saved"}) {
    EXPECT_NE(summary.at("prefix_cache_stats").find(key), nullptr) << key;
  }
}

TEST(MlperfJson, FiguresAreThoseWorkedByHand) {
  const JsonValue json = summary_of(run());
  const JsonValue& summary = json.at("summary");
  const JsonValue& cache = summary.at("cache_stats");
  EXPECT_EQ(json.at("total_tokens_generated").as_uint(), 128U);
  EXPECT_DOUBLE_EQ(json.at("total_storage_io_latency").as_double(), 0.4);
  EXPECT_DOUBLE_EQ(json.at("total_generation_latency").as_double(), 3.6);
  EXPECT_EQ(json.at("seed").as_int(), 42);
  EXPECT_DOUBLE_EQ(summary.at("avg_throughput_tokens_per_sec").as_double(), 12.8);
  EXPECT_DOUBLE_EQ(summary.at("storage_throughput_tokens_per_sec").as_double(), 320);
  EXPECT_DOUBLE_EQ(cache.at("cache_hit_rate").as_double(), 0.5) << "4 of 8, decode left out";
  EXPECT_DOUBLE_EQ(cache.at("cache_hit_rate_including_decode_reads").as_double(), 0.75);
  EXPECT_DOUBLE_EQ(cache.at("tier_storage_read_bandwidth_gbps").as_double(), 2);
  EXPECT_DOUBLE_EQ(cache.at("tier_storage_kv_bytes_written_gb").as_double(), 6);
  EXPECT_DOUBLE_EQ(cache.at("storage_tokens_processed").as_double(), 26 * 8192.0);
  EXPECT_DOUBLE_EQ(cache.at("read_iops").as_double(), 2) << "a rate";
  EXPECT_EQ(cache.at("offloads_storage").as_uint(), 6U);
  EXPECT_NEAR(cache.at("storage_read_host_p95_ms").as_double(), 30, 0.3);
  EXPECT_NEAR(cache.at("storage_read_device_p95_ms").as_double(), 20, 0.2);
  EXPECT_TRUE(cache.at("storage_read_p9999_ms").is_null()) << "too few samples";
  EXPECT_EQ(summary.at("prefix_cache_stats").at("bytes_saved").as_uint(), 20U * 131'072);
  EXPECT_TRUE(summary.at("qos_metrics").at("interactive").at("sla").at("met").as_bool())
      << "40 ms to the first token";
}

TEST(MlperfJson, TheTimelineHasAPointForEachStepOfTheSearchForUsers) {
  EXPECT_TRUE(summary_of(run()).at("throughput_timeline").elements().empty());
  record::Run scaled = run();
  scaled.autoscaling.emplace();
  scaled.autoscaling->steps.resize(2);
  scaled.autoscaling->steps[1].end_ns = 20'000'000'000;
  scaled.autoscaling->steps[1].tokens_per_s.value = 123;
  const JsonValue timeline = summary_of(scaled).at("throughput_timeline");
  ASSERT_EQ(timeline.elements().size(), 2U);
  EXPECT_EQ(timeline.elements()[1].at("timestamp").as_double(), 20);
  EXPECT_EQ(timeline.elements()[1].at("throughput_tokens_per_sec").as_double(), 123);
}

TEST(MlperfJson, TheOldDialectKeepsOldNamesAndFormulas) {
  const JsonValue json = summary_of(run(), Dialect::n25);
  const JsonValue& summary = json.at("summary");
  const JsonValue& cache = summary.at("cache_stats");
  EXPECT_DOUBLE_EQ(summary.at("total_tokens_per_sec").as_double(), 12.8);
  EXPECT_DOUBLE_EQ(cache.at("cache_hit_rate").as_double(), 0.75);
  EXPECT_DOUBLE_EQ(cache.at("cache_hit_rate_reuse").as_double(), 0.5) << "the right one beside it";
  EXPECT_DOUBLE_EQ(cache.at("read_iops").as_double(), 20) << "a count";
  EXPECT_DOUBLE_EQ(cache.at("read_operations_per_second").as_double(), 2);
  EXPECT_EQ(cache.at("nvme_entries").as_uint(), 6U);
  EXPECT_NEAR(cache.at("nvme_read_p95_ms").as_double(), 50, 0.5);
  EXPECT_NEAR(cache.at("nvme_write_p95_ms").as_double(), 100, 1);
  EXPECT_DOUBLE_EQ(cache.at("decode_bytes_read_gb").as_double(), 20);
  EXPECT_DOUBLE_EQ(cache.at("prefill_bytes_written_gb").as_double(), 6);
  EXPECT_FALSE(summary.at("qos_metrics").at("interactive").at("sla").at("met").as_bool())
      << "one second to the last token, of 50 ms";
}

TEST(MlperfJson, ListsAreThoseOfTheCompletedRequests) {
  const TemporaryDirectory directory;
  std::string lines;
  for (std::uint64_t i = 0; i < 3; ++i) lines += record::to_json_line(row(i)) + "\n";
  RequestRow warm_up = row(3);
  warm_up.flags |= RequestRow::kWarmUp;
  RequestRow abandoned = row(4);
  abandoned.status = record::Status::abandoned;
  RequestRow prefill = row(5);
  prefill.decode_read = record::kNever;
  for (const RequestRow& one : {warm_up, abandoned, prefill}) {
    lines += record::to_json_line(one) + "\n";
  }
  const std::string rows = directory.write("requests.jsonl", lines);
  const std::string output = directory.file("out.json");
  write_mlperf_json(run(), {}, rows, output);
  const JsonValue json = text::read_json(output);
  EXPECT_EQ(json.at("end_to_end_latencies").elements().size(), 4U);
  EXPECT_DOUBLE_EQ(json.at("end_to_end_latencies").elements()[0].as_double(), 1);
  EXPECT_DOUBLE_EQ(json.at("storage_latencies").elements()[0].as_double(), 0.1);
  EXPECT_DOUBLE_EQ(json.at("generation_latencies").elements()[0].as_double(), 0.9);
  EXPECT_DOUBLE_EQ(json.at("prefill_latencies").elements()[0].as_double(), 0.03);
  EXPECT_EQ(json.at("decode_latencies").elements().size(), 3U);
  EXPECT_NE(json.at("summary").find("cache_stats"), nullptr) << "all of the summary is there, too";

  write_mlperf_json(run(), {.latency_lists = false}, rows, output);
  EXPECT_EQ(text::read_json(output).find("end_to_end_latencies"), nullptr);
}

TEST(MlperfJson, ARunThatCompletedNothingHasNoSummary) {
  const JsonValue json = summary_of({});
  EXPECT_EQ(json.at("requests_completed").as_uint(), 0U);
  EXPECT_EQ(json.find("summary"), nullptr);
  EXPECT_TRUE(json.at("seed").is_null());
}

TEST(MlperfJson, WithoutItsRowsNothingIsWritten) {
  const TemporaryDirectory directory;
  EXPECT_THROW(write_mlperf_json(run(), {}, directory.file("no-rows"), directory.file("o.json")),
               Error);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << "whole or not at all";
}

}  // namespace
}  // namespace spillway::report
