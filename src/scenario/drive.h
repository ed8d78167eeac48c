// Drive: a run against a serving endpoint, from the model's name to the last phase, with readings
// of the server and the machine around every phase. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/drive_run.h"
#include "record/completion_log.h"
#include "record/io_files.h"
#include "scenario/drive_settings.h"
#include "scenario/serve_settings.h"
#include "workload/drive_phases.h"

namespace spillway::scenario {

// Where it finds what it talks to: given, or of an endpoint of our own.
struct DriveEndpoint {
  net::Url base;
  std::string kvbm_url;  // empty: there is no block manager
  std::string system_url;
  std::string pages_kvbm_url;  // whose page --capture-metrics-snapshot keeps
  // The server is part of the run, in virtual time; the URLs are those of InProcessServer. None:
  // they are of a server on the network.
  std::optional<ServeConfig> in_process = std::nullopt;
};

// What a run tells while it goes on; called on its thread.
struct DriveHooks {
  std::function<void(const std::string& model)> resolved;
  // Before its first reading, and after its last: nothing is under way then.
  std::function<void(const std::string& phase)> phase_begins;
  std::function<void(const analysis::DriveRun&, analysis::DrivePhaseRun&)> phase_ended;
};

// run() does everything on the thread that calls it; stop() may be called from any other.
class Drive {
 public:
  // `rows`: the file of requests.jsonl, in a directory that is there; profile_export.jsonl becomes
  // its neighbour.
  Drive(const DriveConfig& config, const DriveEndpoint& endpoint,
        const workload::DrivePhases& phases, const kv::Tokenizer& tokenizer, std::string rows);
  ~Drive();
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  // Fills `run`, whose name, settings and planned phases are set. What goes wrong with the server
  // makes it invalid; throws Error for what is wrong here (a file that cannot be written).
  void run(analysis::DriveRun& run, const DriveHooks& hooks);
  // Requests under way are abandoned; what was measured is kept.
  void stop();

  // For a progress line: requests that have ended, of all that are planned.
  std::uint64_t ended() const;
  std::uint64_t planned() const;

  // What the sampler of --io-attrib has seen.
  const record::IoSamples& samples() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::scenario
