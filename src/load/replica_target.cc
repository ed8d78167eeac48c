// SPDX-License-Identifier: Apache-2.0
#include "load/replica_target.h"

namespace spillway::load {
namespace {

// The job's row is the flight's: the replica stamps what the driver records.
struct ReplicaFlight final : Flight {
  explicit ReplicaFlight(async::Loop& loop) : job(loop, row) {}
  serve::Job job;
};

serve::Job& job_of(Flight& flight) { return static_cast<ReplicaFlight&>(flight).job; }

}  // namespace

std::unique_ptr<Flight> ReplicaTarget::prepare(const workload::Request& request) {
  auto flight = std::make_unique<ReplicaFlight>(loop_);
  identify(request, flight->row);
  replica_.plan(flight->job, request.prompt, request.answer_id);
  return flight;
}

async::Task<> ReplicaTarget::serve(Flight& flight, async::Group& beside, async::Stop& stop) {
  co_await replica_.generate(job_of(flight), beside, stop);
}

async::Task<> ReplicaTarget::settle(Flight& flight, async::Stop& stop) {
  co_await replica_.settle(job_of(flight), stop);
}

}  // namespace spillway::load
