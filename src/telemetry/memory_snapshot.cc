// SPDX-License-Identifier: Apache-2.0
#include "telemetry/memory_snapshot.h"

#include <array>
#include <optional>
#include <string_view>

#include "telemetry/key_values.h"
#include "telemetry/text_file.h"

namespace spillway::telemetry {
namespace {

using Names = std::array<std::string_view, 4>;

// `behind` stands between a name and its value.
record::MemorySnapshot snapshot_of(const std::string& path, const Names& names, char behind,
                                   const record::BoundaryLabel& at, UtcTime taken) {
  record::MemorySnapshot snapshot;
  snapshot.taken = taken;
  snapshot.at = at;
  const std::optional<std::string> text = read_text_file(path);
  if (!text) {
    snapshot.error = "read " + path + ": it cannot be read";
    return snapshot;
  }
  for (const std::string_view name : names) {
    const std::optional<std::uint64_t> value = find_number(*text, std::string(name) + behind);
    if (value) snapshot.values.emplace(name, *value);
  }
  if (snapshot.values.empty()) snapshot.error = "read " + path + ": none of the values is in it";
  return snapshot;
}

}  // namespace

record::MemorySnapshot meminfo_snapshot(const record::BoundaryLabel& at, UtcTime taken,
                                        const std::string& proc_root) {
  constexpr Names kNames = {"Dirty", "Writeback", "Cached", "Buffers"};
  return snapshot_of(proc_root + "/meminfo", kNames, ':', at, taken);
}

record::MemorySnapshot vmstat_snapshot(const record::BoundaryLabel& at, UtcTime taken,
                                       const std::string& proc_root) {
  constexpr Names kNames = {"pgfault", "pgmajfault", "pgpgin", "pgpgout"};
  return snapshot_of(proc_root + "/vmstat", kNames, ' ', at, taken);
}

}  // namespace spillway::telemetry
