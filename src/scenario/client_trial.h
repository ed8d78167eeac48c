// ClientTrial: a short load of one request again and again, for measuring our own client against a
// server whose times are known. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "analysis/phase_sums.h"
#include "core/time.h"
#include "load/completion_load.h"

namespace spillway::scenario {

struct ClientTrial {
  std::string base_url;
  bool stream = false;
  load::CompletionLoadOptions load;  // how many, how often: `requests` or `window` must be set
  std::string rows;                  // the requests.jsonl to be written; must not exist
};

struct ClientTrialResult {
  load::CompletionLoadResult load;
  Duration cpu{};  // of the thread that sends and reads, while it does
  std::uint64_t failed = 0;
  std::string first_error;
  analysis::PhaseSums sums;
};

// Runs on the calling thread until it is over. Throws Error for a URL or a file that is of no use.
ClientTrialResult try_client(const ClientTrial& trial);

}  // namespace spillway::scenario
