// ReplicaTarget: our own engine as the target of a load, in the same process.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "async/loop.h"
#include "load/target.h"
#include "serve/replica.h"

namespace spillway::load {

class ReplicaTarget final : public Target {
 public:
  ReplicaTarget(async::Loop& loop, serve::Replica& replica) : loop_(loop), replica_(replica) {}

  std::unique_ptr<Flight> prepare(const workload::Request& request) override;
  async::Task<> serve(Flight& flight, async::Group& beside, async::Stop& stop) override;
  async::Task<> settle(Flight& flight, async::Stop& stop) override;

 private:
  async::Loop& loop_;
  serve::Replica& replica_;
};

}  // namespace spillway::load
