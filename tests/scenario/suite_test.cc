// SPDX-License-Identifier: Apache-2.0
#include "scenario/suite.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "scenario/bench_settings.h"
#include "scenario/load_settings.h"

namespace spillway::scenario {
namespace {

constexpr SuiteMachine kWithout{.ram_gib = 64};
constexpr SuiteMachine kWithCard{.ram_gib = 64, .gpu_gib = 23.9};

std::vector<std::string> names_of(const SuiteOptions& options) {
  std::vector<std::string> names;
  for (const SuiteRun& run : plan_suite(options, kWithout).runs) names.push_back(run.name);
  return names;
}

SuiteRun run_called(std::string_view name, const SuiteOptions& options = {},
                    const SuiteMachine& machine = kWithout) {
  const SuitePlan plan = plan_suite(options, machine);
  const auto found = std::ranges::find(plan.runs, name, &SuiteRun::name);
  if (found == plan.runs.end()) {
    ADD_FAILURE() << "no run " << name;
    return {};
  }
  return *found;
}

std::string value_of(const SuiteRun& run, std::string_view setting) {
  const auto found = std::ranges::find(run.settings, setting, &GivenValue::setting);
  return found == run.settings.end() ? "" : found->text;
}

TEST(Suite, HasTheWorkloadsOfTheScriptsInTheirOrder) {
  EXPECT_EQ(names_of({}), (std::vector<std::string>{
                              "capacity-autoscale", "mlperf-stress-8b", "mlperf-throughput-8b",
                              "mlperf-stress-70b", "gpu-only", "cpu-only", "storage-only",
                              "gpu-cpu", "cpu-storage", "gpu-cpu-storage", "storage-saturation",
                              "production", "autoscale"}));
}

TEST(Suite, SizesComeFromTheMachine) {
  // 64 GiB: realistic 32, small 8, high users 10 x 64 within 50 to 300.
  const SuiteRun tiers = run_called("gpu-cpu-storage", {}, kWithCard);
  EXPECT_EQ(value_of(tiers, "num-users"), "300");
  EXPECT_EQ(value_of(tiers, "gpu-mem-gb"), "23.9");
  EXPECT_EQ(value_of(tiers, "cpu-mem-gb"), "8");
  EXPECT_EQ(value_of(tiers, "duration"), "120");
  EXPECT_EQ(value_of(run_called("cpu-only"), "cpu-mem-gb"), "32");
  EXPECT_EQ(value_of(run_called("cpu-only", {}, {.ram_gib = 3}), "num-users"), "50");
  EXPECT_EQ(value_of(run_called("cpu-storage", {}, {.ram_gib = 3}), "cpu-mem-gb"), "1");
  EXPECT_EQ(value_of(run_called("cpu-storage", {}, {.ram_gib = 3}), "num-users"), "50");
}

TEST(Suite, SubmissionRunsAreFixed) {
  const SuiteRun stress = run_called("mlperf-stress-70b", {.model = "mistral-7b"});
  EXPECT_EQ(value_of(stress, "model"), "llama3.1-70b-instruct");
  EXPECT_EQ(value_of(stress, "num-users"), "70");
  EXPECT_EQ(value_of(stress, "max-concurrent-allocs"), "4");
  EXPECT_EQ(value_of(stress, "duration"), "300");
  EXPECT_EQ(value_of(stress, "cpu-mem-gb"), "0");
  EXPECT_EQ(stress.result, "mlperf_v3_stress_70b");
}

TEST(Suite, EverySpellingOfANameWorks) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(names_of({.workloads = "GPU+CPU+Storage , saturation"}),
            (Names{"gpu-cpu-storage", "storage-saturation"}));
  EXPECT_EQ(names_of({.workloads = "three-tier"}), (Names{"gpu-cpu-storage"}));
  EXPECT_EQ(names_of({.workloads = "mlperf"}).size(), 3U);
  EXPECT_EQ(names_of({.workloads = "mlperf_submission"}).size(), 3U);
  EXPECT_EQ(names_of({.workloads = "MLPerf-Submission"}).size(), 3U);
  EXPECT_EQ(names_of({.workloads = "qos-autoscale"}), (Names{"autoscale"}));
  EXPECT_EQ(names_of({.workloads = "realistic"}), (Names{"production"}));
  EXPECT_EQ(names_of({.workloads = "capacity"}), (Names{"capacity-autoscale"}));
}

TEST(Suite, AnUnknownNameIsRefusedWithTheNamesThereAre) {
  try {
    plan_suite({.workloads = "gpu,nvme"}, kWithout);
    FAIL() << "accepted";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("\"nvme\""), std::string::npos) << text;
    EXPECT_NE(text.find("storage-saturation"), std::string::npos) << text;
    EXPECT_NE(text.find("three-tier"), std::string::npos) << text;
  }
}

TEST(Suite, WithoutACardItsTierIsModelledOrItsRunsAreSkipped) {
  EXPECT_EQ(value_of(run_called("gpu-only"), "gpu-mem-gb"), "16");
  EXPECT_NE(run_called("gpu-only").title.find("modelled"), std::string::npos);
  EXPECT_EQ(run_called("gpu-only", {}, kWithCard).title, "Tier: gpu");
  EXPECT_FALSE(run_called("gpu-cpu", {.modelled_gpu = false}).skipped.empty());
  EXPECT_TRUE(run_called("gpu-cpu", {.modelled_gpu = false}, kWithCard).skipped.empty());
  EXPECT_TRUE(run_called("cpu-only", {.modelled_gpu = false}).skipped.empty());
  EXPECT_EQ(value_of(run_called("production"), "gpu-mem-gb"), "0");
  EXPECT_EQ(value_of(run_called("production", {}, kWithCard), "gpu-mem-gb"), "23.9");
}

TEST(Suite, HighUsersAreAtLeastTheOthers) {
  const SuitePlan plan = plan_suite({.users = 80, .high_users = 60}, kWithout);
  ASSERT_EQ(plan.warnings.size(), 1U);
  EXPECT_NE(plan.warnings.front().find("60"), std::string::npos);
  EXPECT_EQ(value_of(run_called("cpu-storage", {.users = 80, .high_users = 60}), "num-users"),
            "80");
}

TEST(Suite, DocumentsAreOfTheTiersNotOfTheSubmission) {
  const SuiteOptions rag{.rag = true, .documents = 7};
  EXPECT_EQ(value_of(run_called("cpu-only", rag), "rag-num-docs"), "7");
  EXPECT_EQ(value_of(run_called("autoscale", rag), "enable-rag"), "on");
  EXPECT_EQ(value_of(run_called("mlperf-stress-8b", rag), "enable-rag"), "");
}

TEST(Suite, TheFixedSuiteHasUsersByTheModel) {
  const SuiteOptions asked{.model = "qwen3-32b", .workloads = "stress,rag"};
  EXPECT_EQ(value_of(run_called("stress", asked), "num-users"), "50");
  EXPECT_EQ(value_of(run_called("stress", asked), "max-concurrent-allocs"), "8");
  EXPECT_EQ(value_of(run_called("rag", asked), "num-users"), "30");
  EXPECT_EQ(value_of(run_called("rag", asked), "rag-num-docs"), "50");
  EXPECT_EQ(
      value_of(run_called("prefill", {.model = "tiny-1b", .workloads = "prefill"}), "num-users"),
      "180");
}

TEST(Suite, QuickIsTheSameShapeInAboutFiveMinutes) {
  std::uint64_t seconds = 0;
  const SuitePlan plan = plan_suite({.quick = true}, kWithout);
  for (const SuiteRun& run : plan.runs) {
    seconds += std::stoull(value_of(run, "duration"));
    EXPECT_EQ(value_of(run, "storage-capacity-gb"), "8");
  }
  EXPECT_EQ(plan.runs.size(), 13U);
  EXPECT_LE(seconds, 240U);
  EXPECT_EQ(value_of(run_called("gpu-only", {.tier_s = 3, .quick = true}), "duration"), "3");
}

TEST(Suite, EveryRunIsOneThatTheBenchmarkTakes) {
  const SuiteOptions all{.workloads =
                             "mlperf,gpu,cpu,storage,autoscale,capacity,stress,prefill,"
                             "decode,rag,throughput,production",
                         .rag = true};
  for (const SuiteRun& run : plan_suite(all, kWithout).runs) {
    SCOPED_TRACE(run.name);
    Settings settings(bench_settings());
    std::vector<GivenValue> given = run.settings;
    given.push_back({.setting = "clock", .text = "virtual"});
    load_settings({}, given, settings);
    const BenchConfig config = bench_config(settings, {});
    EXPECT_EQ(config.workload.model, RequestModel::mlperf);
    EXPECT_EQ(settings.text("num-users"), value_of(run, "num-users"));
  }
}

}  // namespace
}  // namespace spillway::scenario
