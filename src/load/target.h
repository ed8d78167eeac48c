// Target: what the load goes to, our own replica or a server.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "async/group.h"
#include "async/stop.h"
#include "async/task.h"
#include "record/request_row.h"
#include "workload/request.h"

namespace spillway::load {

// A request under way: from serve() to the end of settle(). A target derives its own.
class Flight {
 public:
  virtual ~Flight() = default;
  // Stamps are nanoseconds since the start of the run.
  record::RequestRow row;
};

// What a row knows of its request before anything has been done.
void identify(const workload::Request& request, record::RequestRow& row);

// Serves requests of one shard. A failure is a row's status, never an exception.
class Target {
 public:
  virtual ~Target() = default;

  // Makes ready to serve `request`: the row gets its identity and token counts.
  virtual std::unique_ptr<Flight> prepare(const workload::Request& request) = 0;
  // Runs it to the last token, as the user sees it, or until stopped: the row is then abandoned.
  // What goes on beside (blocks being written while tokens come) is spawned into `beside`.
  virtual async::Task<> serve(Flight& flight, async::Group& beside, async::Stop& stop) = 0;
  // Waits for what the request leaves behind: blocks on their way to a tier. Always called, once,
  // after serve(), also when that was stopped. The request's place is held until it is over, so
  // what is written back is bounded.
  virtual async::Task<> settle(Flight& flight, async::Stop& stop) = 0;
};

}  // namespace spillway::load
