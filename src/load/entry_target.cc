// SPDX-License-Identifier: Apache-2.0
#include "load/entry_target.h"

namespace spillway::load {
namespace {

// The job's row is the flight's: the replica stamps what the driver records.
struct EntryFlight final : Flight {
  EntryFlight() : job(row) {}
  serve::EntryJob job;
};

}  // namespace

std::unique_ptr<Flight> EntryTarget::prepare(const workload::Request& request) {
  auto flight = std::make_unique<EntryFlight>();
  identify(request, flight->row);
  replica_.plan(flight->job, request.prompt);
  return flight;
}

async::Task<> EntryTarget::serve(Flight& flight, async::Group& /*beside*/, async::Stop& stop) {
  co_await replica_.generate(static_cast<EntryFlight&>(flight).job, stop);
}

// All that it stores is stored before its answer begins.
async::Task<> EntryTarget::settle(Flight& /*flight*/, async::Stop& /*stop*/) { co_return; }

}  // namespace spillway::load
