// SPDX-License-Identifier: Apache-2.0
#include "serve/metrics_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/error.h"
#include "record/serving_metric.h"
#include "tests/text/temporary_directory.h"

namespace spillway::serve {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kMillisecond = 1'000'000;

// Figures of which no two are alike, so that no one stands in for another.
EngineFigures figures() {
  EngineFigures engine;
  engine.requests_received = 20;
  engine.requests_completed = 17;
  engine.requests_cancelled = 2;
  engine.prompt_tokens = 1000;
  engine.hit_tokens = {{160, 320, 64}};
  engine.moves = {
      .offload_d2h = 31, .offload_h2d = 37, .offload_d2d = 5, .onboard_h2d = 41, .onboard_d2d = 43};
  engine.blocks_asked = {{62, 50, 40}};
  engine.blocks_hit = {{10, 20, 4}};
  engine.blocks_evicted = {{3, 7, 11}};
  engine.capacity_blocks = {{100, 200, 400}};
  engine.used_blocks = {{25, 30, 35}};
  engine.disk_bytes_read = 4096;
  engine.disk_bytes_written = 8192;
  engine.running = 6;
  engine.waiting = 8;
  engine.block_bytes = 1024;
  engine.block_tokens = 16;
  return engine;
}

bool has_line(const std::string& page, const std::string& line) {
  return page.starts_with(line + "\n") || page.find("\n" + line + "\n") != std::string::npos;
}

TEST(KvbmPage, HasTheNamesOfTheBlockManagerWithTheirFigures) {
  const std::string page = kvbm_page(figures(), {.model = "m"});
  for (const std::string line :
       {"kvbm_matched_tokens 384", "kvbm_offload_blocks_d2h 31", "kvbm_offload_blocks_h2d 37",
        "kvbm_offload_blocks_d2d 5", "kvbm_onboard_blocks_h2d 41", "kvbm_onboard_blocks_d2d 43",
        "kvbm_host_cache_hit_rate 0.4", "kvbm_disk_cache_hit_rate 0.1", "kvbm_disk_bytes_read 4096",
        "kvbm_disk_bytes_written 8192", "kvbm_cache_evictions 18", "kvbm_disk_fetch_p50_ms 0"}) {
    EXPECT_TRUE(has_line(page, line)) << line;
  }
  EXPECT_THAT(page, Not(HasSubstr("kvbm_cache_prefetches")));
}

TEST(KvbmPage, ShowsPercentilesOfFetchesInMilliseconds) {
  EngineFigures engine = figures();
  engine.disk_fetch.add(3 * kMillisecond);
  const std::string page = kvbm_page(engine, {.model = "m"});
  EXPECT_TRUE(has_line(page, "kvbm_disk_fetch_p50_ms 3")) << page;
  EXPECT_TRUE(has_line(page, "kvbm_disk_fetch_p99_ms 3")) << page;
}

TEST(KvbmPage, ShowsNoShareOfNothing) {
  EXPECT_TRUE(has_line(kvbm_page({}, {.model = "m"}), "kvbm_host_cache_hit_rate 0"));
}

TEST(FrontendPage, CountsAnswersByStatusAndTokensFromEveryTier) {
  HttpFigures http{.in_flight = 9};
  for (const int status : {200, 200, 201, 404, 503}) count_response(http, status);
  const std::string page = frontend_page(figures(), http, {.model = "m"});
  for (const std::string line : {R"(dynamo_frontend_requests_total{model="m",status="success"} 3)",
                                 R"(dynamo_frontend_requests_total{model="m",status="error"} 2)",
                                 R"(dynamo_frontend_inflight_requests{model="m"} 9)",
                                 R"(dynamo_frontend_queued_requests{model="m"} 8)",
                                 R"(dynamo_frontend_cached_tokens_sum{model="m"} 544)",
                                 R"(dynamo_frontend_cached_tokens_count{model="m"} 17)"}) {
    EXPECT_TRUE(has_line(page, line)) << line;
  }
  EXPECT_THAT(page, Not(HasSubstr("vllm:")));
  EXPECT_THAT(page, Not(HasSubstr("sglang:")));
}

TEST(FrontendPage, PutsTimesIntoTheBucketsOfVllm) {
  EngineFigures engine;
  engine.first_token.add(3 * kMillisecond);
  engine.first_token.add(700 * kMillisecond);
  const std::string page = frontend_page(engine, {}, {.model = "m"});
  const std::string name = "dynamo_frontend_time_to_first_token_seconds";
  for (const std::string line :
       {R"(_bucket{model="m",le="0.001"} 0)", R"(_bucket{model="m",le="0.005"} 1)",
        R"(_bucket{model="m",le="0.5"} 1)", R"(_bucket{model="m",le="0.75"} 2)",
        R"(_bucket{model="m",le="2560"} 2)", R"(_bucket{model="m",le="+Inf"} 2)",
        R"(_sum{model="m"} 0.703)", R"(_count{model="m"} 2)"}) {
    EXPECT_TRUE(has_line(page, name + line)) << line;
  }
}

TEST(FrontendPage, SpeaksVllmOfTokensAndBytes) {
  const std::string page =
      frontend_page(figures(), {}, {.model = "m", .dialect = MetricsDialect::vllm});
  const std::string labels = R"({engine="0",model_name="m"} )";
  EXPECT_TRUE(has_line(page, "vllm:prefix_cache_queries_total" + labels + "1000"));
  EXPECT_TRUE(has_line(page, "vllm:prefix_cache_hits_total" + labels + "160"));
  EXPECT_TRUE(has_line(page, "vllm:external_prefix_cache_queries_total" + labels + "840"));
  EXPECT_TRUE(has_line(page, "vllm:external_prefix_cache_hits_total" + labels + "384"));
  EXPECT_TRUE(has_line(page, "vllm:kv_offload_load_bytes_total" + labels + "86016"));
  EXPECT_TRUE(has_line(page, "vllm:kv_offload_store_bytes_total" + labels + "36864"));
  EXPECT_TRUE(has_line(page, "vllm:kv_cache_usage_perc" + labels + "0.25"));
  EXPECT_TRUE(has_line(page, "vllm:num_requests_running" + labels + "6"));
}

TEST(FrontendPage, SpeaksSglangOfTokensByTier) {
  const std::string page =
      frontend_page(figures(), {}, {.model = "m", .dialect = MetricsDialect::sglang});
  const std::string cached = R"(sglang:cached_tokens_total{model_name="m",cache_source=)";
  EXPECT_TRUE(has_line(page, cached + R"("device"} 160)"));
  EXPECT_TRUE(has_line(page, cached + R"("host"} 320)"));
  EXPECT_TRUE(has_line(page, cached + R"("storage_disk"} 64)"));
  EXPECT_TRUE(has_line(page, R"(sglang:hicache_host_used_tokens{model_name="m"} 480)"));
  EXPECT_TRUE(has_line(page, R"(sglang:hicache_host_total_tokens{model_name="m"} 3200)"));
  EXPECT_TRUE(has_line(page, R"(sglang:evicted_tokens_total{model_name="m"} 48)"));
}

TEST(SystemPage, ShowsTheDeviceAndTheTiers) {
  const std::string page = system_page(figures(), {.connections = 4}, {.model = "m"});
  const std::string labels = R"({dynamo_component="backend",model="m"} )";
  EXPECT_TRUE(has_line(page, "dynamo_component_total_blocks" + labels + "100"));
  EXPECT_TRUE(has_line(page, "dynamo_component_gpu_cache_usage_percent" + labels + "0.25"));
  EXPECT_TRUE(has_line(page, "dynamo_component_inflight_requests" + labels + "14"));
  EXPECT_TRUE(has_line(page, "spillway_http_connections 4"));
  EXPECT_TRUE(has_line(page, R"(spillway_used_blocks{tier="storage"} 35)"));
}

TEST(Pages, LeaveOutWhatIsHidden) {
  const std::vector<std::string> hidden = {"kvbm_matched_tokens"};
  const std::string page = kvbm_page(figures(), {.model = "m", .hidden = hidden});
  EXPECT_THAT(page, Not(HasSubstr("kvbm_matched_tokens")));
  EXPECT_TRUE(has_line(page, "kvbm_offload_blocks_d2h 31"));
}

std::vector<std::string> all_pages() {
  const EngineFigures engine = figures();
  return {frontend_page(engine, {}, {.model = "m", .dialect = MetricsDialect::vllm}),
          frontend_page(engine, {}, {.model = "m", .dialect = MetricsDialect::sglang}),
          system_page(engine, {}, {.model = "m"}), kvbm_page(engine, {.model = "m"}),
          adapters_page({}, Bytes(0))};
}

TEST(Pages, ShowEveryMetricOfTheTable) {
  std::set<std::string> shown;
  for (const std::string& page : all_pages()) {
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("# TYPE ")) shown.insert(line.substr(7, line.find(' ', 7) - 7));
    }
  }
  for (const record::ServingMetric& metric : record::serving_metrics()) {
    EXPECT_EQ(shown.count(std::string(metric.name)), 1U) << metric.name;
  }
}

// What promtool (Debian's package prometheus) finds to say about a page, one complaint a line.
std::vector<std::string> complaints(const std::string& page) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("page.prom", page);
  FILE* const promtool = popen(("promtool check metrics 2>&1 <" + path).c_str(), "r");
  check(promtool != nullptr, "a shell starts");
  std::vector<std::string> found;
  std::array<char, 512> line{};
  while (fgets(line.data(), line.size(), promtool) != nullptr) found.emplace_back(line.data());
  const int status = pclose(promtool);
  EXPECT_EQ(status == 0, found.empty()) << "promtool ended with " << status;
  return found;
}

TEST(Pages, HaveNothingThatPromtoolComplainsOf) {
  EXPECT_THAT(complaints(frontend_page(figures(), {}, {.model = "m"})), testing::IsEmpty());
  EXPECT_THAT(complaints(system_page(figures(), {}, {.model = "m"})), testing::IsEmpty());
  EXPECT_THAT(complaints(adapters_page({}, Bytes(0))), testing::IsEmpty());
}

// Names that are kept because they are exact, each of them, and nothing else.
TEST(Pages, HaveForeignNamesAsTheOnlyComplaint) {
  EXPECT_THAT(complaints(kvbm_page(figures(), {.model = "m"})),
              testing::UnorderedElementsAre(
                  testing::ContainsRegex("^kvbm_disk_fetch_p50_ms .* abbreviated units"),
                  testing::ContainsRegex("^kvbm_disk_fetch_p95_ms .* abbreviated units"),
                  testing::ContainsRegex("^kvbm_disk_fetch_p99_ms .* abbreviated units")));
  for (const auto& [dialect, names] : {std::pair(MetricsDialect::vllm, record::MetricDialect::vllm),
                                       {MetricsDialect::sglang, record::MetricDialect::sglang}}) {
    std::set<std::string> expected;
    for (const record::ServingMetric& metric : record::serving_metrics()) {
      if (metric.dialect == names) expected.insert(std::string(metric.name));
    }
    std::set<std::string> found;
    for (const std::string& line :
         complaints(frontend_page(figures(), {}, {.model = "m", .dialect = dialect}))) {
      EXPECT_THAT(line, HasSubstr("should not contain ':'"));
      found.insert(line.substr(0, line.find(' ')));
    }
    EXPECT_EQ(found, expected);
  }
}

TEST(MetricsDialect, IsOneOfThree) {
  EXPECT_EQ(metrics_dialect_of("kvbm"), MetricsDialect::kvbm);
  EXPECT_EQ(metrics_dialect_of("vllm"), MetricsDialect::vllm);
  EXPECT_EQ(metrics_dialect_of("sglang"), MetricsDialect::sglang);
  EXPECT_THROW(metrics_dialect_of("trtllm"), Error);
}

TEST(MetricsPagesTest, AdaptersAreCountedAndTimed) {
  AdapterCounters counters{
      .hits = 3, .misses = 2, .failed = 1, .evictions = 4, .read = 5_KiB, .load_ns = {}};
  counters.load_ns.add(2'000'000);
  const std::string page = adapters_page(counters, 7_KiB);
  for (const char* const line :
       {"spillway_adapter_hits_total 3", "spillway_adapter_misses_total 2",
        "spillway_adapter_failures_total 1", "spillway_adapter_evictions_total 4",
        "spillway_adapter_read_bytes_total 5120", "spillway_adapter_cached_bytes 7168",
        "spillway_adapter_load_seconds_bucket{le=\"0.001\"} 0",
        "spillway_adapter_load_seconds_bucket{le=\"0.0025\"} 1",
        "spillway_adapter_load_seconds_count 1"}) {
    EXPECT_NE(page.find(std::string("\n") + line + "\n"), std::string::npos) << line << page;
  }
}

}  // namespace
}  // namespace spillway::serve
