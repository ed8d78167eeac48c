// SPDX-License-Identifier: Apache-2.0
#include "scenario/suite_workloads.h"

#include <algorithm>
#include <array>
#include <string>

namespace spillway::scenario {
namespace {

struct ByModel {
  std::string_view model;  // the first row: all others
  std::array<Pressure, 5> columns;
};
// NOLINTBEGIN(modernize-use-designated-initializers): tables.
constexpr std::array<ByModel, 6> kByModel = {{
    {"", {{{150, 16}, {120, 16}, {180, 16}, {120, 16}, {100, 8}}}},
    {"llama3.1-8b", {{{100, 16}, {80, 16}, {120, 16}, {80, 16}, {60, 8}}}},
    {"mistral-7b", {{{100, 16}, {80, 16}, {120, 16}, {80, 16}, {60, 8}}}},
    {"qwen3-32b", {{{50, 8}, {40, 8}, {60, 8}, {40, 8}, {30, 4}}}},
    {"llama3.1-70b-instruct", {{{40, 8}, {35, 8}, {50, 8}, {35, 8}, {25, 4}}}},
    {"llama2-7b", {{{30, 8}, {25, 8}, {35, 8}, {25, 8}, {20, 4}}}},
}};

const std::vector<GivenValue> kRealistic = {{"generation-mode", "realistic"}};
const std::vector<GivenValue> kNone = {{"generation-mode", "none"}};

std::vector<GivenValue> allocating(std::string_view most) {
  return {{"generation-mode", "none"}, {"max-concurrent-allocs", std::string(most)}};
}

std::vector<GivenValue> scaling(std::string_view mode, std::string_view generation) {
  return {{"generation-mode", std::string(generation)},
          {"enable-autoscaling", "on"},
          {"autoscaler-mode", std::string(mode)}};
}

// NOLINTNEXTLINE(readability-function-size): a table, no logic.
const std::vector<Workload>& table() {
  constexpr std::string_view k70b = "llama3.1-70b-instruct";
  constexpr std::string_view k8b = "llama3.1-8b";
  static const std::vector<Workload> rows = {
      {"capacity-autoscale", "capacity-autoscale", "capacity", "results_autoscaling_capacity",
       "Capacity discovery", "how many users of a 70B model get peak throughput of storage",
       Users::fixed, 10, Seconds::autoscale, Gpu::none, Cpu::four, k70b, true, true,
       scaling("capacity", "none")},
      {"mlperf-stress-8b", "mlperf_submission", "mlperf", "mlperf_v3_stress_8b",
       "MLPerf storage stress, 8B", "storage alone under many users", Users::fixed, 200,
       Seconds::submission, Gpu::none, Cpu::none, k8b, false, true, allocating("16")},
      {"mlperf-throughput-8b", "mlperf_submission", "mlperf", "mlperf_v3_throughput_8b",
       "MLPerf storage throughput, 8B", "storage behind a small cpu tier", Users::fixed, 100,
       Seconds::submission, Gpu::none, Cpu::four, k8b, false, true, allocating("0")},
      {"mlperf-stress-70b", "mlperf_submission", "mlperf", "mlperf_v3_stress_70b",
       "MLPerf storage stress, 70B", "storage alone with large entries", Users::fixed, 70,
       Seconds::submission, Gpu::none, Cpu::none, k70b, false, true, allocating("4")},
      {"gpu-only", "gpu-only", "gpu", "results_tier_gpu_only", "Tier: gpu",
       "what the fastest tier would give", Users::base, 0, Seconds::tier, Gpu::card, Cpu::four, "",
       true, true, kRealistic},
      {"cpu-only", "cpu-only", "cpu", "results_tier_cpu_only", "Tier: cpu",
       "what RAM gives, storage behind it", Users::base, 0, Seconds::tier, Gpu::none,
       Cpu::realistic, "", true, true, kRealistic},
      {"storage-only", "storage-only", "storage", "results_tier_storage_only", "Tier: storage",
       "what storage gives by itself", Users::base, 0, Seconds::tier, Gpu::none, Cpu::four, "",
       true, true, kRealistic},
      {"gpu-cpu", "gpu-cpu", "gpu+cpu", "results_tier_gpu_cpu", "Tiers: gpu and cpu",
       "two tiers that hold most of the work", Users::base, 0, Seconds::tier, Gpu::card,
       Cpu::realistic, "", true, true, kRealistic},
      {"cpu-storage", "cpu-storage", "cpu+storage", "results_tier_cpu_storage",
       "Tiers: cpu and storage", "a small cpu tier that spills to storage", Users::high, 0,
       Seconds::tier, Gpu::none, Cpu::small, "", true, true, kRealistic},
      {"gpu-cpu-storage", "gpu-cpu-storage", "gpu+cpu+storage three-tier",
       "results_tier_gpu_cpu_storage", "Tiers: gpu, cpu and storage",
       "all three tiers under pressure", Users::high, 0, Seconds::tier, Gpu::card, Cpu::small, "",
       true, true, kRealistic},
      {"storage-saturation", "storage-saturation", "saturation",
       "results_stress_storage_saturation", "Storage saturation",
       "storage with more users than it serves", Users::high, 0, Seconds::saturation, Gpu::none,
       Cpu::four, "", true, true, kRealistic},
      {"production", "production", "realistic", "results_realistic_production", "Production",
       "the tiers and users of a usual day", Users::base, 0, Seconds::production, Gpu::card_if_any,
       Cpu::realistic, "", true, true, kRealistic},
      {"autoscale", "autoscale", "autoscaling qos-autoscale", "results_autoscaling_discovery",
       "Autoscaling", "how many users storage serves below 80 % saturation", Users::fixed, 20,
       Seconds::autoscale, Gpu::card_if_any, Cpu::small, "", true, true,
       scaling("qos", "realistic")},
      {"stress", "stress", "", "results_fixed_stress", "Fixed suite: stress",
       "storage alone, users by the model", Users::by_model, 0, Seconds::submission, Gpu::none,
       Cpu::none, "", false, false, kNone},
      {"throughput", "throughput", "", "results_fixed_throughput", "Fixed suite: throughput",
       "storage alone, users by the model", Users::by_model, 1, Seconds::submission, Gpu::none,
       Cpu::none, "", false, false, kNone},
      {"prefill",
       "prefill",
       "",
       "results_fixed_prefill",
       "Fixed suite: prefill",
       "writes only",
       Users::by_model,
       2,
       Seconds::submission,
       Gpu::none,
       Cpu::none,
       "",
       false,
       false,
       {{"generation-mode", "none"},
        {"prefill-only", "on"},
        {"disable-multi-turn", "on"},
        {"disable-prefix-caching", "on"}}},
      {"decode",
       "decode",
       "",
       "results_fixed_decode",
       "Fixed suite: decode",
       "reads only",
       Users::by_model,
       3,
       Seconds::submission,
       Gpu::none,
       Cpu::none,
       "",
       false,
       false,
       {{"generation-mode", "none"}, {"decode-only", "on"}}},
      {"rag",
       "rag",
       "",
       "results_fixed_rag",
       "Fixed suite: documents",
       "queries of 50 documents",
       Users::by_model,
       4,
       Seconds::submission,
       Gpu::none,
       Cpu::none,
       "",
       false,
       false,
       {{"generation-mode", "none"}, {"enable-rag", "on"}, {"rag-num-docs", "50"}}},
  };
  return rows;
}
// NOLINTEND(modernize-use-designated-initializers)

}  // namespace

std::span<const Workload> suite_workloads() { return table(); }

Pressure pressure_of(std::string_view model, std::size_t column) {
  const auto* found = std::ranges::find(kByModel, model, &ByModel::model);
  if (found == kByModel.end()) found = kByModel.begin();
  return found->columns.at(column);
}

}  // namespace spillway::scenario
