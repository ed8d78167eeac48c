// Assessment: does the storage keep up, by the criteria of the MLPerf KV-cache benchmark?
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/run.h"

namespace spillway::analysis {

// latency: how quick single operations are. throughput: that data moves at all.
enum class Profile : std::uint8_t { latency, throughput };
constexpr std::string_view name_of(Profile profile) {
  return profile == Profile::latency ? "latency" : "throughput";
}
// Nothing for any other text.
std::optional<Profile> find_profile(std::string_view name);

struct Criterion {
  std::string name;
  bool below = true;  // passes below the target; otherwise above it
  double target = 0;
  double actual = 0;
  std::string unit;
  std::uint64_t samples = 0;
  bool passed = false;
};

enum class Outcome : std::uint8_t { pass, fail, not_evaluated };
constexpr std::string_view name_of(Outcome outcome) {
  if (outcome == Outcome::not_evaluated) return "NOT EVALUATED";
  return outcome == Outcome::pass ? "PASS" : "FAIL";
}

// A criterion without a sample is left out, and no criterion is no pass.
struct Assessment {
  Profile profile = Profile::latency;
  std::vector<Criterion> criteria;

  Outcome outcome() const;
  std::size_t passed() const;
};

// Targets: storage writes 500 ms and reads 200 ms at the device (95th percentile of whole blocks,
// without the wait in our own queue), the cpu tier 150 ms, reuse 30 %; or any bandwidth at all.
// Hits are of what is asked for again; reads that a request makes of its own entry are none.
Assessment assess(const record::Run& run, Profile profile);

// What the figures point at, a sentence each; empty when nothing stands out. Thresholds: 95th
// percentiles of 50 ms for the gpu tier, 150 ms for the cpu tier, 200 ms for storage reads and 500
// for writes, and a queue wait above half of the time to the last token.
std::vector<std::string> bottlenecks(const record::Run& run);

}  // namespace spillway::analysis
