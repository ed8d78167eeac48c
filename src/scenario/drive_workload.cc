// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_workload.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "scenario/bench_settings.h"
#include "scenario/load_settings.h"

namespace spillway::scenario {
namespace {

// Settings of the benchmark that decide what is asked, or what their names begin with. The others
// say how it is served or sent, which is the server's matter and that of drive's own flags.
constexpr std::array<std::string_view, 20> kDecides = {"trace",           "requests",
                                                       "dataset-path",    "max-conversations",
                                                       "use-burst-trace", "burst-trace-path",
                                                       "time-scale",      "trace-speedup",
                                                       "length-scale",    "think-scale",
                                                       "num-users",       "disable-multi-turn",
                                                       "enable-rag",      "seed",
                                                       "rag-*",           "disable-prefix-caching",
                                                       "conversation-*",  "prefix-cache-*",
                                                       "sharegpt-*",      "qos-distribution-*"};

bool decides(std::string_view name) {
  return std::ranges::any_of(kDecides, [&](std::string_view known) {
    return known.ends_with('*') ? name.starts_with(known.substr(0, known.size() - 1))
                                : name == known;
  });
}

std::uint64_t most_requests(const workload::ScenarioSpec& spec) {
  std::uint64_t most = 0;
  for (const workload::PromptGroup& group : spec.groups) {
    if (group.kind == workload::PromptKind::workload) {
      most = std::max<std::uint64_t>(most, group.count);
    }
  }
  return most;
}

void refuse_without_workload(const DriveWorkload& workload) {
  if (!workload.settings.empty()) {
    throw Error("--workload-set: the scenario asks for no workload; give --scenario workload");
  }
  if (workload.by_time) {
    throw Error("--arrival trace: only a workload has recorded times; give --scenario workload");
  }
}

}  // namespace

std::unique_ptr<workload::Plan> open_drive_workload(const DriveWorkload& workload,
                                                    const workload::ScenarioSpec& spec) {
  const std::uint64_t requests = most_requests(spec);
  if (requests == 0) {
    refuse_without_workload(workload);
    return nullptr;
  }
  std::vector<GivenValue> given = {{.setting = "request-model", .text = "engine"},
                                   {.setting = "max-requests", .text = std::to_string(requests)}};
  if (workload.by_time) given.push_back({.setting = "arrival", .text = "trace"});
  for (const auto& [name, value] : workload.settings) {
    if (!decides(name)) {
      throw Error(
          fmt::format("--workload-set {}={}: it does not decide what is asked; known are {}", name,
                      value, fmt::join(kDecides, ", ")));
    }
    given.push_back({.setting = name, .text = value});
  }
  Settings settings(bench_settings());
  load_settings({}, given, settings);
  return open_workload(bench_config(settings, {}).workload);
}

}  // namespace spillway::scenario
