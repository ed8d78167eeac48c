// ClientCheck: what our own client can do on this machine, measured against the null server before
// a run. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "analysis/drive_run.h"
#include "core/time.h"

namespace spillway::scenario {

struct ClientCheckOptions {
  std::string program = "/proc/self/exe";  // whose `serve --null` it talks to
  std::string directory;                   // made for its files, and removed; must not exist
  Duration length{};                       // of each of the two measurements
  std::vector<unsigned> server_cpus;       // where the servers may run; empty: anywhere
};

// The times of the null server that ours are held against.
inline constexpr Duration kCheckedTtft = std::chrono::milliseconds(20);
inline constexpr Duration kCheckedGap = std::chrono::milliseconds(5);

// Runs on the calling thread, where the load will run. Throws Error when the null server does not
// start, or a request to it fails.
analysis::ClientFigures check_client(const ClientCheckOptions& options);

}  // namespace spillway::scenario
