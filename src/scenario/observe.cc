// SPDX-License-Identifier: Apache-2.0
#include "scenario/observe.h"

#include <string>

namespace spillway::scenario {
namespace {

void observe_errors(const char* tier, const char* direction, const stats::Traffic& traffic,
                    const cache::ErrorTexts& texts, record::Observations& observed) {
  for (std::size_t i = 0; i < stats::kErrorClasses; ++i) {
    const std::uint64_t count = traffic.errors.at(i);
    if (count == 0) continue;
    const std::string name = std::string(tier) + "." + direction + "." +
                             stats::name_of(static_cast<stats::ErrorClass>(i));
    observed.add_error(name, texts.at(i), count);
  }
}

}  // namespace

void observe(const cache::CacheCounters& counters, record::Observations& observed) {
  for (const TierId tier : kAllTiers) {
    const cache::TierCounters& from = counters.tiers[tier];
    observed.tier(tier).stats::TierCounters::merge(from);
    observe_errors(name_of(tier), "read", from.read, from.read_error_texts, observed);
    observe_errors(name_of(tier), "write", from.write, from.write_error_texts, observed);
  }
  observed.verification.blocks += counters.blocks_verified;
  observed.verification.corrupted += counters.blocks_corrupted;
}

void observe(const io::QueueFigures& figures, record::Observations& observed) {
  record::EngineSums& engine = observed.engine;
  engine.busy_ns += static_cast<std::uint64_t>(figures.busy_ns);
  engine.wanting_ns += static_cast<std::uint64_t>(figures.wanting_ns);
  engine.depth_ns += static_cast<std::uint64_t>(figures.depth_ns);
  engine.read_piece.merge(figures.read_latency);
  engine.write_piece.merge(figures.write_latency);
}

}  // namespace spillway::scenario
