// What one added value and one random draw cost: they sit inside every measured operation.
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/random.h"
#include "stats/histogram.h"

namespace spillway {
namespace {

// Latencies from 1 us to some ms, drawn beforehand, so that the buckets hit vary as in a run.
std::array<std::int64_t, 4096> latencies() {
  Random random({.seed = 1});
  std::array<std::int64_t, 4096> values{};
  for (std::int64_t& value : values) {
    value = 1000 + static_cast<std::int64_t>(random.exponential(500'000));
  }
  return values;
}

void histogram_add(benchmark::State& state) {
  const auto values = latencies();
  stats::Histogram histogram;
  std::size_t at = 0;
  for ([[maybe_unused]] auto _ : state) {
    histogram.add(values[at++ % values.size()]);
    benchmark::ClobberMemory();
  }
  benchmark::DoNotOptimize(histogram.count());
}
BENCHMARK(histogram_add);

void histogram_merge(benchmark::State& state) {
  stats::Histogram part;
  for (const std::int64_t value : latencies()) part.add(value);
  stats::Histogram whole;
  for ([[maybe_unused]] auto _ : state) whole.merge(part);
  benchmark::DoNotOptimize(whole.count());
}
BENCHMARK(histogram_merge);

void histogram_quantile(benchmark::State& state) {
  stats::Histogram histogram;
  for (const std::int64_t value : latencies()) histogram.add(value);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(histogram.quantile(0.99));
}
BENCHMARK(histogram_quantile);

void random_next(benchmark::State& state) {
  Random random({.seed = 1});
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(random.next());
}
BENCHMARK(random_next);

void random_uniform_int(benchmark::State& state) {
  Random random({.seed = 1});
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(random.uniform_int(1, 1000));
}
BENCHMARK(random_uniform_int);

void random_exponential(benchmark::State& state) {
  Random random({.seed = 1});
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(random.exponential(1e6));
}
BENCHMARK(random_exponential);

// A stream of its own for each request: made, then asked once.
void random_new_stream(benchmark::State& state) {
  std::uint64_t request = 0;
  for ([[maybe_unused]] auto _ : state) {
    Random random({.seed = 1, .purpose = Purpose::length, .user = 3, .request = request++});
    benchmark::DoNotOptimize(random.next());
  }
}
BENCHMARK(random_new_stream);

}  // namespace
}  // namespace spillway

BENCHMARK_MAIN();
