// What the CPU pays for each block: making its content, checking it, naming it.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstdint>

#include "core/aligned_buffer.h"
#include "kv/block_key.h"
#include "kv/content.h"
#include "kv/prompt.h"

namespace spillway::kv {
namespace {

// From what stays in the second-level cache to what comes from memory.
void sizes(benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t mebibytes : {1, 16, 128}) benchmark->Arg(mebibytes << 20);
}

void fill(benchmark::State& state) {
  const AlignedBuffer buffer(Bytes(static_cast<std::uint64_t>(state.range(0))));
  buffer.prefault();
  const BlockContent content(42);
  BlockKey key = root_key(0);
  for ([[maybe_unused]] auto _ : state) {
    content.fill(key, 0_B, buffer.bytes());
    benchmark::ClobberMemory();
    ++key.low;
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fill)->Apply(sizes);

void verify(benchmark::State& state) {
  const AlignedBuffer buffer(Bytes(static_cast<std::uint64_t>(state.range(0))));
  const BlockContent content(42);
  const BlockKey key = root_key(0);
  content.fill(key, 0_B, buffer.bytes());
  for ([[maybe_unused]] auto _ : state) {
    if (content.find_corruption(key, 0_B, buffer.bytes())) state.SkipWithError("corrupted");
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(verify)->Apply(sizes);

void chain_of_ids(benchmark::State& state) {
  BlockKey key = root_key(0);
  std::uint64_t id = 0;
  for ([[maybe_unused]] auto _ : state) key = chain(key, ++id);
  benchmark::DoNotOptimize(key);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(chain_of_ids);

// A prompt of 128 Ki tokens in blocks of 16, in one piece: items are blocks.
void keys_of_a_prompt(benchmark::State& state) {
  const Prompt prompt{.pieces = {{.id = 1, .tokens = Tokens(131'072)}}};
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(block_keys(prompt, Tokens(16)));
  state.SetItemsProcessed(state.iterations() * (131'072 / 16));
}
BENCHMARK(keys_of_a_prompt);

}  // namespace
}  // namespace spillway::kv

BENCHMARK_MAIN();
