// OriginDialler: streams to a server on the network, for a CompletionClient.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/loop.h"
#include "load/completion_client.h"
#include "net/origin.h"

namespace spillway::load {

class OriginDialler final : public Dialler {
 public:
  OriginDialler(async::Loop& loop, const net::Origin& origin) : loop_(loop), origin_(origin) {}

  async::Task<Result> dial(async::Stop& stop) override;

 private:
  async::Loop& loop_;
  const net::Origin& origin_;
};

}  // namespace spillway::load
