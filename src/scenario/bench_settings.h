// What `spillway bench` can be told, and the checked form of what it was told.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "cache/options.h"
#include "core/bytes.h"
#include "core/time.h"
#include "io/faulty_engine.h"
#include "io/queue.h"
#include "kv/model.h"
#include "kv/verify.h"
#include "load/driver.h"
#include "load/scaling.h"
#include "scenario/precondition_settings.h"
#include "scenario/settings.h"
#include "scenario/tier_config.h"
#include "scenario/tracing_settings.h"
#include "scenario/workload_settings.h"
#include "serve/compute_model.h"

namespace spillway::scenario {

// The table of the settings: flags, defaults, ranges and help come from here.
std::span<const Setting> bench_settings();

// Everything that a run of the benchmark needs, valid and resolved but for what only the machine
// knows (free space, memory).
struct BenchConfig {
  WorkloadConfig workload;
  kv::ModelShape model;
  std::uint32_t tensor_parallel = 1;
  bool virtual_time = false;
  std::uint64_t seed = 0;
  unsigned shards = 1;

  TierPlan gpu;
  TierPlan cpu;      // its model is used in virtual time
  TierPlan storage;  // its model is used by Layout::modelled; capacity 0 = 95 % of the free space
  double headroom = 0.8;        // share to which a tier with one below it is filled
  double largest_share = 0.95;  // of such a tier, that a block may have
  cache::EvictionLimits eviction;
  std::string policy;  // one of cache::policy_names()
  bool promote = false;
  Layout layout = Layout::slab;
  IoEngine engine = IoEngine::uring;
  std::string cache_dir;  // empty: a private temporary directory
  bool buffered = false;
  io::QueueOptions queue;
  unsigned io_depth = 64;
  kv::Verify verify = kv::Verify::sample;

  load::DriverOptions driver;                   // concurrency: of all shards together
  std::optional<load::ScalingOptions> scaling;  // the number of users is looked for
  serve::ComputeModel compute;

  TracingConfig tracing;
  std::optional<PreconditionConfig> precondition;

  std::string run_dir;  // empty: nothing is written

  // Faults of the storage tier's engine, for tests of what happens then; none by any setting.
  io::FaultRule storage_faults;
};

// Turns settings into a config. Throws Error for contradictions, and for a setting given that would
// have no effect beside the others: nothing is accepted and ignored. `models` are known beside the
// built-in ones, and before them. Settings that nobody has set get the defaults that go with the
// workload.
BenchConfig bench_config(Settings& settings, std::span<const kv::ModelShape> models = {});

// What its tiers are built from.
TierConfig tier_config(const BenchConfig& config);

}  // namespace spillway::scenario
