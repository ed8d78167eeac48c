// CompletionLoad: sends the requests of one phase to a serving endpoint, on time, and tells what
// became of each. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "async/group.h"
#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/time.h"
#include "core/utc_time.h"
#include "load/arrivals.h"
#include "load/completion_client.h"
#include "record/completion_row.h"

namespace spillway::load {

// A request of a plan, ready to be sent; what it points at outlives the run.
struct PlannedCall {
  const record::PromptFacts* prompt = nullptr;
  const record::CallFacts* call = nullptr;
  std::string body;  // JSON
  std::string identity_sha256;
  std::string payload_sha256;
  Duration due{};    // from the phase's start: of CallSchedule::trace
  Duration think{};  // of CallSchedule::sessions: the pause before it, beside that of all
};

// closed: `concurrency` workers, each with its next request when its last has ended. sessions: the
// same, but a worker takes a whole session, and thinks between its turns. rate and trace are open:
// requests go out when they are due, whatever came of the others.
enum class CallSchedule : std::uint8_t { closed, sessions, rate, trace };

struct CompletionLoadOptions {
  CallSchedule schedule = CallSchedule::closed;
  std::uint32_t concurrency = 1;
  Duration think{};  // of sessions: between two turns
  Duration ramp{};   // closed loops: workers begin one after the other over this time
  ArrivalOptions rate = {};
  std::uint64_t seed = 0;       // of its gaps
  std::uint64_t in_flight = 0;  // of open loops: one that is due beyond it is dropped; 0: no limit
  // Not of sessions and traces: the plan over and over, until so many have been sent, or dropped;
  // 0: each request once.
  std::uint64_t requests = 0;
  Duration window{};  // likewise: nothing is sent that is due after it; 0: no end
};

// Every request of the plan is one of the three, unless the window ended before its turn.
struct CompletionLoadResult {
  Duration duration{};  // from the start to the last end
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;  // of open loops: too many were in flight
  std::uint64_t unsent = 0;   // the run ended before
  std::uint64_t late = 0;     // of those sent: a millisecond or more after they were due
  std::uint64_t most_in_flight = 0;
};

// UTC when the loop's clock was at 0.
UtcTime epoch_of(const async::Loop& loop);

class CompletionLoad {
 public:
  using OnRow = std::function<void(const record::CompletionRow&)>;
  // `epoch`: as epoch_of(), or another beginning of virtual time. `on_row` is called as requests
  // end.
  CompletionLoad(async::Loop& loop, CompletionClient& client, UtcTime epoch, OnRow on_row);

  // Rows are numbered on from the phase before, in the order of sending. A request that was under
  // way at the stop is a row with the fault `stopped`.
  async::Task<CompletionLoadResult> run(std::span<const PlannedCall> calls,
                                        CompletionLoadOptions options, async::Stop& stop);

 private:
  struct Phase;
  async::Task<> work(Phase& phase, std::uint32_t worker, async::Stop& stop);
  async::Task<> work_sessions(Phase& phase, std::uint32_t worker, async::Stop& stop);
  async::Task<> send_when_due(Phase& phase, async::Group& group);
  async::Task<> call(Phase& phase, const PlannedCall& planned, std::uint32_t worker, Time due,
                     async::Stop& stop);

  async::Loop& loop_;
  CompletionClient& client_;
  UtcTime epoch_;
  OnRow on_row_;
  std::uint64_t index_ = 0;
};

}  // namespace spillway::load
