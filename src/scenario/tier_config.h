// TierConfig: what the tiers of a run are built from, whoever runs on them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "io/faulty_engine.h"
#include "io/queue.h"
#include "tier/modelled_store.h"

namespace spillway::scenario {

enum class Layout : std::uint8_t { slab, files, modelled };
enum class IoEngine : std::uint8_t { uring, threads };

struct TierPlan {
  Bytes capacity;  // 0 = off
  tier::ModelledOptions model;
};

// What the user's flags for these sizes are called, so that an error names the one to change.
struct TierFlags {
  std::string_view cpu = "--cpu-mem-gb";
  std::string_view storage = "--storage-capacity-gb";
};

struct TierConfig {
  TierPlan gpu;
  TierPlan cpu;              // its model is used in virtual time
  TierPlan storage;          // its model is used by Layout::modelled
  bool with_storage = true;  // then a capacity of 0 = 95 % of the free space
  Layout layout = Layout::slab;
  IoEngine engine = IoEngine::uring;
  std::string cache_dir;  // empty: a private temporary directory
  bool buffered = false;
  io::QueueOptions queue;
  unsigned io_depth = 64;
  bool virtual_time = false;
  io::FaultRule storage_faults;
  TierFlags flags;
};

}  // namespace spillway::scenario
