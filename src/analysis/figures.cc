// SPDX-License-Identifier: Apache-2.0
#include "analysis/figures.h"

#include <array>

namespace spillway::analysis {
namespace {

using record::Run;
using Value = std::optional<double>;

const stats::Traffic& read_of(const Run& run) { return run.observed.tier(TierId::storage).read; }
const stats::Traffic& write_of(const Run& run) { return run.observed.tier(TierId::storage).write; }

Value gigabytes(const Run& run, const stats::Traffic& traffic) {
  if (!run.observed.tier(TierId::storage).is_on()) return std::nullopt;
  return static_cast<double>(traffic.bytes) / 1e9;
}

Value gigabytes_per_s(const Run& run, const stats::Traffic& traffic) {
  return record::ratio(gigabytes(run, traffic), run.window.seconds());
}

Value users_found(const Run& run) {
  if (!run.autoscaling || !run.autoscaling->users) return std::nullopt;
  return static_cast<double>(*run.autoscaling->users);
}

// NOLINTBEGIN(modernize-use-designated-initializers): a table.
constexpr std::array<Figure, 27> kFigures = {{
    {"requests", "requests", "requests", Place::users,
     [](const Run& run) -> Value { return run.observed.requests.completed; }},
    {"request_rate", "requests/s", "1/s", Place::detail,
     [](const Run& run) { return per_second(run.observed.requests.completed, run.window); }},
    {"output_token_rate", "tokens/s", "1/s", Place::users,
     [](const Run& run) { return per_second(run.observed.requests.output_tokens, run.window); }},
    {"ttft_p50", "first token p50", "ms", Place::detail,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.ttft, 0.5); }},
    {"ttft_p95", "first token p95", "ms", Place::users,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.ttft, 0.95); }},
    {"end_to_end_mean", "end to end mean", "ms", Place::detail,
     [](const Run& run) { return record::mean_ms(run.observed.completed.end_to_end); }},
    {"end_to_end_p50", "end to end p50", "ms", Place::detail,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.end_to_end, 0.5); }},
    {"end_to_end_p95", "end to end p95", "ms", Place::users,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.end_to_end, 0.95); }},
    {"end_to_end_p99", "end to end p99", "ms", Place::detail,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.end_to_end, 0.99); }},
    {"tier_time_mean", "on tiers mean", "ms", Place::detail,
     [](const Run& run) { return record::mean_ms(run.observed.completed.tier_time); }},
    {"tier_time_p50", "on tiers p50", "ms", Place::detail,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.tier_time, 0.5); }},
    {"tier_time_p95", "on tiers p95", "ms", Place::users,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.tier_time, 0.95); }},
    {"tier_time_p99", "on tiers p99", "ms", Place::detail,
     [](const Run& run) { return record::quantile_ms(run.observed.completed.tier_time, 0.99); }},
    {"generation_mean", "generation mean", "ms", Place::detail,
     [](const Run& run) { return record::mean_ms(run.observed.entries.generation); }},
    {"generation_p95", "generation p95", "ms", Place::detail,
     [](const Run& run) { return record::quantile_ms(run.observed.entries.generation, 0.95); }},
    {"queue_wait_mean", "queue wait mean", "ms", Place::detail,
     [](const Run& run) { return record::mean_ms(run.observed.completed.queue_wait); }},
    {"hit_ratio", "hit ratio", "", Place::users,
     [](const Run& run) { return record::hit_ratio(run.observed.reuse); }},
    {"storage_read", "storage read", "GB", Place::storage,
     [](const Run& run) { return gigabytes(run, read_of(run)); }},
    {"storage_write", "storage written", "GB", Place::storage,
     [](const Run& run) { return gigabytes(run, write_of(run)); }},
    {"read_write_ratio", "read by written", "", Place::detail,
     [](const Run& run) {
       return record::ratio(gigabytes(run, read_of(run)), gigabytes(run, write_of(run)));
     }},
    {"storage_read_rate", "storage reads", "GB/s", Place::detail,
     [](const Run& run) { return gigabytes_per_s(run, read_of(run)); }},
    {"storage_write_rate", "storage writes", "GB/s", Place::detail,
     [](const Run& run) { return gigabytes_per_s(run, write_of(run)); }},
    {"storage_read_p95", "storage read p95", "ms", Place::storage,
     [](const Run& run) { return record::quantile_ms(read_of(run).moving, 0.95); }},
    {"storage_write_p95", "storage write p95", "ms", Place::storage,
     [](const Run& run) { return record::quantile_ms(write_of(run).moving, 0.95); }},
    {"storage_demoted_in", "demoted to storage", "GB", Place::detail,
     [](const Run& run) -> Value {
       return static_cast<double>(run.observed.tier(TierId::storage).demoted_in_bytes) / 1e9;
     }},
    {"cpu_seconds_per_gb", "cpu per storage GB", "s", Place::detail,
     [](const Run& run) { return record::cpu_seconds_per_gb(run); }},
    {"users_found", "users found", "users", Place::users, users_found},
}};
// NOLINTEND(modernize-use-designated-initializers)

}  // namespace

std::span<const Figure> figures() { return kFigures; }

}  // namespace spillway::analysis
