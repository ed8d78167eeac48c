// What can be set about the workload of `spillway bench`: who asks what, when, and how it is
// served. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/request_class.h"
#include "record/observations.h"
#include "scenario/settings.h"
#include "serve/entry_replica.h"
#include "workload/listed_turns.h"
#include "workload/personas.h"
#include "workload/plan.h"
#include "workload/request_list.h"
#include "workload/session_options.h"

namespace spillway::scenario {

// The rows of the table of settings; bench_settings() contains them.
std::span<const Setting> workload_settings();

// trace: recorded blocks. personas: synthetic users. list: requests with lengths only.
enum class WorkloadKind : std::uint8_t { trace, personas, list };

// engine: blocks, loaded once, answers stored, too. mlperf: whole entries, as the MLPerf KV-cache
// benchmark reads and writes them.
enum class RequestModel : std::uint8_t { engine, mlperf };

struct WorkloadConfig {
  WorkloadKind kind = WorkloadKind::trace;
  std::string path;  // of a trace or list
  RequestModel model = RequestModel::engine;
  workload::PlanOptions trace;
  workload::PersonaOptions personas;
  workload::ListOptions list;  // how a list is read,
  workload::DealOptions deal;  // and dealt to the users
  // Whether requests go out at recorded times; not said: where a list has any.
  std::optional<bool> by_time = std::nullopt;
  workload::SessionOptions session;
  serve::HistoryReload history = serve::HistoryReload::all;
  Tokens decode_batch{32};
  std::uint64_t most_allocations = 0;
  record::QosTargets targets{};
  std::array<std::size_t, kQosClasses> ranks = {0, 1, 2};  // by class: in which order it is served
};

// Settings that have another default without a trace, where people expect those of the MLPerf
// benchmark: users, duration, tiers, generation. Only what nobody has set is changed.
void set_workload_defaults(Settings& settings);

// Throws Error for a setting of the workload that was given and would do nothing.
void refuse_workload_without_effect(const Settings& settings);

WorkloadConfig read_workload(const Settings& settings);

// Opens or draws the plan, which checks it whole.
std::unique_ptr<workload::Plan> open_workload(const WorkloadConfig& config);

// Writes its requests, a line each, in the form that --requests reads.
void write_plan(const WorkloadConfig& config,
                const std::function<void(std::string_view line)>& sink);

}  // namespace spillway::scenario
