// Bench: one run of the tier benchmark, from a checked config to a record.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/control.h"
#include "load/recorder.h"
#include "record/run.h"
#include "scenario/bench_settings.h"
#include "scenario/settings.h"
#include "workload/plan.h"

namespace spillway::scenario {

enum class Phase : std::uint8_t { preparing, running, finishing };

// Set-up in the constructor and at the beginning of run(): what it throws, it throws before
// anything has been measured. While run() blocks, other threads may look at live() and phase(), and
// stop it.
class Bench {
 public:
  // Opens the trace, which checks it whole. `settings` are those that the config came from: what
  // the machine decides is resolved in them.
  Bench(BenchConfig config, Settings& settings);
  ~Bench();
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  const workload::PlanSummary& plan() const;

  // Runs to the end. Rows of requests go to `requests_path`. The record lacks nothing but why the
  // run was interrupted, which the caller knows; grade() it then.
  record::Run run(const std::string& requests_path);

  // What is on record so far, for a process that is about to end by force: called from another
  // thread while run() is under way, and no longer preparing.
  record::Run run_so_far();
  // Takes the storage tier's files away while they may still be in use; only before the process
  // ends by force. Returns the directory that still holds some, empty when none does.
  std::string remove_files();

  load::Control& control();
  const load::LiveFigures& live() const;
  Phase phase() const;
  // That the run is looking with at this moment; nothing when their number is fixed.
  std::optional<std::uint32_t> scaled_users() const;
  // Of the volume that is written before the run; nothing without --precondition, and while it is
  // not known.
  struct Filled {
    Bytes target;
    Bytes written;
  };
  std::optional<Filled> preconditioned() const;
  // Since the shards started; in virtual time, virtual.
  Duration elapsed() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::scenario
