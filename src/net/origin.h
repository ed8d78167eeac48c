// Origin: a server as its clients see it: where it is, and how to get a stream to it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "net/stream.h"
#include "net/tcp.h"
#include "net/tls.h"
#include "net/url.h"

namespace spillway::net {

// How far a client got.
enum class DialFault : std::uint8_t { none, connect, tls, stopped };

struct Dialled {
  std::unique_ptr<Stream> stream;  // null when it failed
  DialFault fault = DialFault::none;
  std::string detail;  // of the fault: "Connection refused"
};

// Resolved once, at set-up; outlives its streams.
class Origin {
 public:
  // Throws Error for a name that does not resolve and a CA file that cannot be read.
  explicit Origin(Url url, const TlsClientOptions& tls = {});

  // TCP, and TLS where the URL says https.
  async::Task<Dialled> dial(async::Loop& loop, async::Stop& stop) const;

  const Url& url() const { return url_; }
  // For the Host header.
  const std::string& authority() const { return authority_; }

 private:
  Url url_;
  std::string authority_;
  Peer peer_;
  std::optional<TlsContext> tls_;
};

}  // namespace spillway::net
