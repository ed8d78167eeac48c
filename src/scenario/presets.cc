// SPDX-License-Identifier: Apache-2.0
#include "scenario/presets.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>

#include "core/error.h"
#include "scenario/faults.h"

namespace spillway::scenario {
namespace {

// A vLLM server with the same room for KV as the preset's tiers: --kv-cache-memory-bytes is the gpu
// tier, --kv-offloading-size (GiB) the cpu tier; --max-concurrency is the users. The card holds the
// 16 GB of the weights beside the KV. Names of flags: vLLM documentation, "Engine Arguments" and
// "vllm bench serve", 0.16.
constexpr std::string_view kBesideGpu =
    "The same with vLLM, on a card that holds 24 GiB of KV beside the weights:\n"
    "  vllm serve meta-llama/Llama-3.1-8B-Instruct --kv-cache-memory-bytes 25769803776\n"
    "  vllm bench serve --model meta-llama/Llama-3.1-8B-Instruct --dataset-name sharegpt \\\n"
    "      --dataset-path ShareGPT_V3_unfiltered_cleaned_split.json --num-prompts 500 \\\n"
    "      --max-concurrency 10 --seed 42";
constexpr std::string_view kBesideOffload =
    "The same with vLLM, with 8 GiB of KV on the card and 32 GiB in RAM:\n"
    "  vllm serve meta-llama/Llama-3.1-8B-Instruct --kv-cache-memory-bytes 8589934592 \\\n"
    "      --kv-offloading-backend native --kv-offloading-size 32\n"
    "  vllm bench serve --model meta-llama/Llama-3.1-8B-Instruct --dataset-name sharegpt \\\n"
    "      --dataset-path ShareGPT_V3_unfiltered_cleaned_split.json --num-prompts 500 \\\n"
    "      --max-concurrency 20 --seed 42";

// mlperf-2025-*: the MLPerf KV-cache proposal of November 2025; mlperf-2026-*: the guide of January
// 2026. The tier scenarios are those of the later suite on a machine with 32 GiB of RAM and, where
// they have one, a card of 16 GiB: `small` is RAM / 8, `realistic` RAM / 2, high users 10 x RAM
// within 50 to 300. The suite reads the sizes off the machine; a preset is the same everywhere.
// NOLINTNEXTLINE(readability-function-size): a table, no logic.
const std::vector<Preset>& table() {
  // NOLINTBEGIN(modernize-use-designated-initializers): pairs.
  static const std::vector<Preset> all = {
      {.name = "mlperf-2025-8b",
       .purpose = "the 2025 proposal's submission, 8B: 150 users, 600 s, storage alone, realistic",
       .values = {{"model", "llama3.1-8b"},
                  {"num-users", "150"},
                  {"duration", "600"},
                  {"gpu-mem-gb", "0"},
                  {"cpu-mem-gb", "0"},
                  {"generation-mode", "realistic"},
                  {"performance-profile", "throughput"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "mlperf-2025-70b",
       .purpose = "the 2025 proposal's submission, 70B: 40 users, 600 s, storage alone, realistic",
       .values = {{"model", "llama3.1-70b-instruct"},
                  {"num-users", "40"},
                  {"duration", "600"},
                  {"gpu-mem-gb", "0"},
                  {"cpu-mem-gb", "0"},
                  {"generation-mode", "realistic"},
                  {"performance-profile", "throughput"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "mlperf-2026-stress-8b",
       .purpose = "the 2026 guide's option 1: 200 users, 300 s, storage alone, 16 allocations",
       .values = {{"model", "llama3.1-8b"},
                  {"num-users", "200"},
                  {"duration", "300"},
                  {"gpu-mem-gb", "0"},
                  {"cpu-mem-gb", "0"},
                  {"max-concurrent-allocs", "16"},
                  {"generation-mode", "none"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "mlperf-2026-throughput-8b",
       .purpose = "the 2026 guide's option 2: 100 users, 300 s, 4 GiB of RAM before storage",
       .values = {{"model", "llama3.1-8b"},
                  {"num-users", "100"},
                  {"duration", "300"},
                  {"gpu-mem-gb", "0"},
                  {"cpu-mem-gb", "4"},
                  {"max-concurrent-allocs", "0"},
                  {"generation-mode", "none"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "mlperf-2026-stress-70b",
       .purpose = "the 2026 guide's option 3: 70B, 70 users, 300 s, storage alone, 4 allocations",
       .values = {{"model", "llama3.1-70b-instruct"},
                  {"num-users", "70"},
                  {"duration", "300"},
                  {"gpu-mem-gb", "0"},
                  {"cpu-mem-gb", "0"},
                  {"max-concurrent-allocs", "4"},
                  {"generation-mode", "none"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "storage-only",
       .purpose = "50 users, 120 s, every block goes to storage",
       .values = {{"num-users", "50"},
                  {"duration", "120"},
                  {"gpu-mem-gb", "0"},
                  {"cpu-mem-gb", "0"},
                  {"generation-mode", "realistic"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "cpu-storage",
       .purpose = "300 users, 120 s, 4 GiB of RAM before storage",
       .values = {{"num-users", "300"},
                  {"duration", "120"},
                  {"gpu-mem-gb", "0"},
                  {"cpu-mem-gb", "4"},
                  {"generation-mode", "realistic"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "three-tier",
       .purpose = "300 users, 120 s, 16 GiB of modelled gpu and 4 GiB of RAM before storage",
       .values = {{"num-users", "300"},
                  {"duration", "120"},
                  {"gpu-mem-gb", "16"},
                  {"cpu-mem-gb", "4"},
                  {"generation-mode", "realistic"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "production",
       .purpose = "50 users, 180 s, 16 GiB of modelled gpu and 16 GiB of RAM before storage",
       .values = {{"num-users", "50"},
                  {"duration", "180"},
                  {"gpu-mem-gb", "16"},
                  {"cpu-mem-gb", "16"},
                  {"generation-mode", "realistic"},
                  {"seed", "42"}},
       .note = {}},
      {.name = "validate-gpu",
       .purpose = "10 users, 120 s, 24 GiB of modelled gpu: to be held against a real server",
       .values = {{"model", "llama3.1-8b"},
                  {"num-users", "10"},
                  {"duration", "120"},
                  {"gpu-mem-gb", "24"},
                  {"cpu-mem-gb", "0"},
                  {"generation-mode", "realistic"},
                  {"seed", "42"}},
       .note = kBesideGpu},
      {.name = "validate-offload",
       .purpose = "20 users, 120 s, 8 GiB of modelled gpu, 32 GiB of RAM: against a real server",
       .values = {{"model", "llama3.1-8b"},
                  {"num-users", "20"},
                  {"duration", "120"},
                  {"gpu-mem-gb", "8"},
                  {"cpu-mem-gb", "32"},
                  {"generation-mode", "realistic"},
                  {"seed", "42"}},
       .note = kBesideOffload},
  };
  // NOLINTEND(modernize-use-designated-initializers)
  return all;
}

}  // namespace

std::span<const Preset> presets() { return table(); }

const Preset* find_preset(std::string_view name) {
  const auto found = std::ranges::find(table(), name, &Preset::name);
  return found == table().end() ? nullptr : std::to_address(found);
}

void apply_preset(std::string_view name, Settings& settings) {
  const Preset* const preset = find_preset(name);
  if (preset == nullptr) {
    std::string names;
    for (const Preset& one : table()) names += fmt::format(" {}", one.name);
    throw Error(fmt::format("there is no preset \"{}\"; there are{}", name, names));
  }
  Faults faults;
  for (const PresetValue& value : preset->values) {
    const std::string where = fmt::format("preset {}: {}", name, value.setting);
    if (settings.find(value.setting) == nullptr) {
      faults.add(where + ": there is no such setting");
      continue;
    }
    faults.attempt([&] { settings.set(value.setting, value.text, record::Origin::preset, where); });
  }
  faults.raise();
}

}  // namespace spillway::scenario
