// SPDX-License-Identifier: Apache-2.0
#include "scenario/workload_settings.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/scenario/bench_config_of.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;

TEST(WorkloadSettings, WithoutATraceTheDefaultsAreTheMlperfBenchmarks) {
  const BenchConfig config = config_of({});
  EXPECT_EQ(config.workload.kind, WorkloadKind::personas);
  EXPECT_EQ(config.workload.model, RequestModel::mlperf);
  EXPECT_EQ(config.workload.personas.users, 100U);
  EXPECT_EQ(config.driver.duration, 60s);
  EXPECT_EQ(config.driver.concurrency, 100U);
  EXPECT_EQ(config.gpu.capacity, 16_GiB);
  EXPECT_EQ(config.cpu.capacity, 32_GiB);
  EXPECT_EQ(config.compute.decode_per_token, 30ms);
  EXPECT_EQ(config.compute.prefill_tokens_per_s, 0);
  EXPECT_EQ(config.driver.think_scale, 1);
  EXPECT_EQ(config_of({{"num-users", "900"}}).driver.concurrency, 500U);
}

TEST(WorkloadSettings, WithATraceTheyAreTheEngines) {
  const BenchConfig config = config_of({{"trace", "t"}});
  EXPECT_EQ(config.workload.kind, WorkloadKind::trace);
  EXPECT_EQ(config.workload.model, RequestModel::engine);
  EXPECT_EQ(config.gpu.capacity, Bytes(0));
  EXPECT_EQ(config.compute.decode_per_token, 0ms);
  EXPECT_EQ(config.driver.think_scale, 0);
}

TEST(WorkloadSettings, AGivenRateIsAnOpenLoop) {
  EXPECT_EQ(config_of({{"request-rate", "5"}}).driver.arrival, load::Arrival::rate);
  EXPECT_EQ(config_of({{"request-rate", "5"}, {"arrival", "gamma"}}).driver.rate.gaps,
            load::Gaps::gamma);
  EXPECT_NE(refusal_of({{"arrival", "poisson"}}).find("--request-rate"), std::string::npos);
}

TEST(WorkloadSettings, PausesDoNotEndThePlanOfAGivenRate) {
  EXPECT_EQ(config_of({{"request-rate", "5"}}).workload.personas.think_scale, 0);
  EXPECT_EQ(config_of({}).workload.personas.think_scale, 1);
}

TEST(WorkloadSettings, WhatIsScaledIsDealtToAllTheUsersThereMayBe) {
  const BenchConfig config = config_of({{"requests", "r.jsonl"},
                                        {"enable-autoscaling", "on"},
                                        {"num-users", "3"},
                                        {"autoscaler-max-users", "70"}});
  EXPECT_EQ(config.workload.deal.users, 70U);
  EXPECT_EQ(config.driver.concurrency, 70U);
  EXPECT_EQ(config.driver.active_users, 3U);
}

TEST(WorkloadSettings, ListsAreReadAndDealt) {
  const BenchConfig shared = config_of({{"dataset-path", "s.json"}, {"num-users", "7"}});
  EXPECT_EQ(shared.workload.kind, WorkloadKind::list);
  EXPECT_EQ(shared.workload.path, "s.json");
  EXPECT_TRUE(shared.workload.deal.shuffled);
  EXPECT_EQ(shared.workload.deal.users, 7U);
  EXPECT_EQ(shared.workload.list.sharegpt.max_conversations, 500U);
  EXPECT_GT(shared.workload.deal.passes, 1'000'000U) << "until the duration ends";

  const BenchConfig burst =
      config_of({{"use-burst-trace", "on"}, {"burst-trace-path", "b.csv"}, {"trace-speedup", "4"}});
  EXPECT_EQ(burst.workload.path, "b.csv");
  EXPECT_FALSE(burst.workload.deal.users.has_value());
  EXPECT_EQ(burst.workload.deal.time_scale, 0.25);

  const BenchConfig own = config_of({{"requests", "r.jsonl"}});
  EXPECT_EQ(own.workload.deal.passes, 1U) << "once, without a duration";
  EXPECT_FALSE(own.driver.duration.has_value());
}

TEST(WorkloadSettings, RefuseWhatWouldDoNothing) {
  const std::vector<std::pair<Given, std::string>> refused = {
      {{{"trace", "t"}, {"enable-rag", "on"}}, "--enable-rag has no effect with --trace"},
      {{{"trace", "t"}, {"requests", "r"}}, "--requests has no effect beside --trace"},
      {{{"dataset-path", "s"}, {"use-burst-trace", "on"}}, "--use-burst-trace has no effect"},
      {{{"burst-trace-path", "b"}}, "without --use-burst-trace"},
      {{{"length-scale", "2"}}, "without --trace"},
      {{{"rag-num-docs", "2"}}, "without --enable-rag"},
      {{{"burstiness", "2"}}, "without --arrival gamma"},
      {{{"replay-cycles", "2"}}, "--replay-cycles has no effect"},
      {{{"time-scale", "2"}}, "without --arrival trace"},
      {{{"prefill-only", "on"}, {"decode-only", "on"}}, "exclude each other"},
      {{{"trace", "t"}, {"request-model", "mlperf"}}, "--request-model mlperf"},
      {{{"request-model", "engine"}, {"history", "previous"}}, "--request-model engine"},
      {{{"arrival", "trace"}}, "no recorded times"},
      {{{"trace", "t"}, {"arrival", "users"}}, "--arrival users"},
  };
  for (const auto& [given, why] : refused) {
    EXPECT_NE(refusal_of(given).find(why), std::string::npos) << why << "\n" << refusal_of(given);
  }
}

TEST(WorkloadSettings, AListWithoutTimesCannotBeSentByTime) {
  const std::string path =
      std::string(SPILLWAY_SOURCE_DIR) + "/tests/data/sharegpt/glaive_head.json";
  WorkloadConfig config = config_of({{"requests", path}}).workload;
  EXPECT_FALSE(open_workload(config)->summary().by_time);
  config.by_time = true;
  EXPECT_THROW(open_workload(config), Error);
}

}  // namespace
}  // namespace spillway::scenario
