// SPDX-License-Identifier: Apache-2.0
#include "analysis/assessment.h"

#include <fmt/core.h>

#include <algorithm>

namespace spillway::analysis {
namespace {

constexpr double kGiB = 1024.0 * 1024 * 1024;

double p95_ms(const stats::Histogram& nanoseconds) {
  return static_cast<double>(nanoseconds.quantile(0.95)) / 1e6;
}

class Criteria {
 public:
  // Passes below the target.
  void below(std::string name, double target, const stats::Histogram& nanoseconds) {
    if (nanoseconds.empty()) return;
    add({.name = std::move(name),
         .below = true,
         .target = target,
         .actual = p95_ms(nanoseconds),
         .unit = "ms",
         .samples = nanoseconds.count()});
  }
  void above(std::string name, double target, double actual, std::string unit,
             std::uint64_t samples) {
    add({.name = std::move(name),
         .below = false,
         .target = target,
         .actual = actual,
         .unit = std::move(unit),
         .samples = samples});
  }
  std::vector<Criterion> take() { return std::move(criteria_); }

 private:
  void add(Criterion criterion) {
    criterion.passed =
        criterion.below ? criterion.actual < criterion.target : criterion.actual > criterion.target;
    criteria_.push_back(std::move(criterion));
  }
  std::vector<Criterion> criteria_;
};

std::vector<Criterion> of_latency(const record::Observations& seen) {
  Criteria criteria;
  const record::TierCounters& storage = seen.tier(TierId::storage);
  criteria.below("Storage write P95, device", 500, storage.write.moving);
  criteria.below("Storage read P95, device", 200, storage.read.moving);
  stats::Histogram cpu = seen.tier(TierId::cpu).read.latency;
  cpu.merge(seen.tier(TierId::cpu).write.latency);
  criteria.below("CPU tier P95, reads and writes", 150, cpu);
  if (const auto ratio = record::hit_ratio(seen.reuse)) {
    criteria.above("Cache hit rate", 0.3, *ratio, "ratio", seen.reuse.blocks_asked);
  }
  return criteria.take();
}

std::vector<Criterion> of_throughput(const record::Run& run) {
  Criteria criteria;
  const record::TierCounters& storage = run.observed.tier(TierId::storage);
  const auto rate = [&](std::uint64_t bytes) {
    return record::per_second(bytes, run.window).value_or(0) / kGiB;
  };
  const std::uint64_t reads = storage.read.operations;
  const std::uint64_t writes = storage.write.operations;
  if (reads + writes == 0) return {};
  if (reads > 0 || writes == 0) {
    criteria.above("Storage read bandwidth", 0, rate(storage.read.bytes), "GiB/s", reads);
  }
  if (writes > 0 || reads == 0) {
    criteria.above("Storage write bandwidth", 0, rate(storage.write.bytes), "GiB/s", writes);
  }
  return criteria.take();
}

void hint(std::vector<std::string>& hints, std::string_view what, double limit_ms,
          const stats::Histogram& nanoseconds) {
  if (nanoseconds.empty() || p95_ms(nanoseconds) <= limit_ms) return;
  hints.push_back(
      fmt::format("{}: P95 {:.0f} ms, above {:.0f} ms", what, p95_ms(nanoseconds), limit_ms));
}

}  // namespace

std::optional<Profile> find_profile(std::string_view name) {
  for (const Profile profile : {Profile::latency, Profile::throughput}) {
    if (name_of(profile) == name) return profile;
  }
  return std::nullopt;
}

std::size_t Assessment::passed() const {
  return static_cast<std::size_t>(std::ranges::count_if(criteria, &Criterion::passed));
}

Outcome Assessment::outcome() const {
  if (criteria.empty()) return Outcome::not_evaluated;
  return passed() == criteria.size() ? Outcome::pass : Outcome::fail;
}

Assessment assess(const record::Run& run, Profile profile) {
  return {.profile = profile,
          .criteria = profile == Profile::latency ? of_latency(run.observed) : of_throughput(run)};
}

std::vector<std::string> bottlenecks(const record::Run& run) {
  const record::Observations& seen = run.observed;
  std::vector<std::string> hints;
  hint(hints, "gpu tier reads", 50, seen.tier(TierId::gpu).read.latency);
  hint(hints, "gpu tier writes", 50, seen.tier(TierId::gpu).write.latency);
  hint(hints, "cpu tier reads", 150, seen.tier(TierId::cpu).read.latency);
  hint(hints, "cpu tier writes", 150, seen.tier(TierId::cpu).write.latency);
  hint(hints, "storage reads", 200, seen.tier(TierId::storage).read.latency);
  hint(hints, "storage writes", 500, seen.tier(TierId::storage).write.latency);
  const record::StageLatencies& stages = seen.completed;
  if (!stages.end_to_end.empty() && stages.queue_wait.mean() > stages.end_to_end.mean() / 2) {
    hints.push_back(fmt::format("queue wait: {:.0f} of {:.0f} ms until the last token",
                                stages.queue_wait.mean() / 1e6, stages.end_to_end.mean() / 1e6));
  }
  return hints;
}

}  // namespace spillway::analysis
