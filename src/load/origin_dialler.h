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

// The same with an origin of its own. Throws Error as net::Origin does.
class UrlDialler final : public Dialler {
 public:
  UrlDialler(async::Loop& loop, const net::Url& url, const net::TlsClientOptions& tls)
      : origin_(url, tls), dialler_(loop, origin_) {}

  async::Task<Result> dial(async::Stop& stop) override { return dialler_.dial(stop); }

 private:
  net::Origin origin_;
  OriginDialler dialler_;
};

}  // namespace spillway::load
