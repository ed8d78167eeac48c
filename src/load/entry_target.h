// EntryTarget: our own tiers, asked for whole entries, as the target of a load.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "load/target.h"
#include "serve/entry_replica.h"

namespace spillway::load {

class EntryTarget final : public Target {
 public:
  explicit EntryTarget(serve::EntryReplica& replica) : replica_(replica) {}

  std::unique_ptr<Flight> prepare(const workload::Request& request) override;
  async::Task<> serve(Flight& flight, async::Group& beside, async::Stop& stop) override;
  async::Task<> settle(Flight& flight, async::Stop& stop) override;

 private:
  serve::EntryReplica& replica_;
};

}  // namespace spillway::load
