// SPDX-License-Identifier: Apache-2.0
#include "net/origin.h"

#include <utility>

namespace spillway::net {

Origin::Origin(Url url, const TlsClientOptions& tls)
    : url_(std::move(url)), authority_(url_.authority()), peer_(url_.host, url_.port) {
  if (url_.tls) tls_ = TlsContext::client(tls);
}

async::Task<Dialled> Origin::dial(async::Loop& loop, async::Stop& stop) const {
  Connected connected = co_await connect(loop, peer_, stop);
  if (!connected.stream) {
    const bool stopped = connected.failure.ended == Ended::stopped;
    co_return Dialled{.stream = nullptr,
                      .fault = stopped ? DialFault::stopped : DialFault::connect,
                      .detail = to_text(connected.failure)};
  }
  if (!tls_) co_return Dialled{.stream = std::move(connected.stream), .detail = {}};
  Greeted greeted = co_await handshake(*tls_, std::move(connected.stream), url_.host, stop);
  if (greeted.stream) co_return Dialled{.stream = std::move(greeted.stream), .detail = {}};
  co_return Dialled{.stream = nullptr,
                    .fault = stop.requested() ? DialFault::stopped : DialFault::tls,
                    .detail = std::move(greeted.failure)};
}

}  // namespace spillway::net
