// The workloads of the suite, before they are sized for a machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "scenario/load_settings.h"

namespace spillway::scenario {

// Values that a workload takes from the machine and the options.
enum class Users : std::uint8_t { base, high, fixed, by_model };
enum class Seconds : std::uint8_t { tier, saturation, production, autoscale, submission };
enum class Cpu : std::uint8_t { none, four, realistic, small };
enum class Gpu : std::uint8_t { none, card, card_if_any };

struct Workload {
  std::string_view name;     // of the run
  std::string_view key;      // by which it is asked for; two runs may share one
  std::string_view aliases;  // with spaces
  std::string_view result;
  std::string_view title;
  std::string_view purpose;
  Users users;
  std::uint64_t fixed_users;  // of Users::fixed; of Users::by_model the column
  Seconds seconds;
  Gpu gpu;
  Cpu cpu;
  std::string_view model;  // empty: the suite's
  bool with_rag;           // where the suite has documents
  bool by_default;
  std::vector<GivenValue> more;
};

// In the order in which they run.
std::span<const Workload> suite_workloads();

// Users and the most entries being stored at a time, of the suite with a fixed 256 GB.
struct Pressure {
  std::uint64_t users = 0;
  std::uint64_t allocations = 0;
};
// Columns: stress, throughput, prefill, decode, rag. A model that the suite does not name has the
// numbers of its largest group.
Pressure pressure_of(std::string_view model, std::size_t column);

}  // namespace spillway::scenario
