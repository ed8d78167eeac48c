// Serving: an endpoint that listens, from set-up to the last connection's end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scenario/serve_settings.h"
#include "serve/engine_figures.h"
#include "stats/histogram.h"

namespace spillway::scenario {

// 0: there is none.
struct ServingPorts {
  std::uint16_t api = 0;
  std::uint16_t system = 0;
  std::uint16_t kvbm = 0;
  std::string cache_directory = {};  // with the blocks on disk; empty: there are none
};

// {"port": 8000, "system_port": 8081, "kvbm_port": 6880, "cache_directory":
// "/mnt/kv/spillway-1-0"}; null for what there is not.
std::string to_json(const ServingPorts& ports);

// run() does everything, on the thread that calls it; drain(), stop() and remove_files() may be
// called from any other.
class Serving {
 public:
  explicit Serving(ServeConfig config);
  ~Serving();
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

  // Serves until drained or stopped. `ready` is called once all ports are open. Throws Error for a
  // port that is taken and for tiers that cannot be made.
  void run(const std::function<void(const ServingPorts&)>& ready);

  // No new requests; those under way are finished, for as long as the config says. Asked for during
  // set-up, run() returns after it.
  void drain();
  // Requests under way are abandoned.
  void stop();
  // For a process that is about to end: see ServingStack.
  std::vector<std::string> remove_files();

  // What the engine had done when it ended; all 0 for a null server.
  const serve::EngineFigures& figures() const;
  // Of a null server: nanoseconds from when a token was due to when it had been written.
  const stats::Histogram& lateness() const;
  // In lockstep: of the last write of each step.
  const stats::Histogram& step_lateness() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::scenario
