// One question to an endpoint on loopback, from a loop of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "async/clock.h"
#include "async/loop.h"
#include "net/http_client.h"
#include "net/tcp.h"

namespace spillway::scenario {

struct Got {
  int status = 0;
  std::string body;
};

// `answered` is called once the head of the answer is there.
inline Got ask_endpoint(
    std::uint16_t port, const std::string& method, const std::string& target,
    const std::string& body = "", const std::function<void()>& answered = [] {}) {
  async::RealClock clock;
  async::Loop loop(clock);
  Got got;
  const auto ask = [&]() -> async::Task<> {
    async::Stop stop;
    const net::Peer peer("127.0.0.1", port);
    net::Connected connected = co_await net::connect(loop, peer, stop);
    if (!connected.stream) co_return;
    net::HttpClient client(loop, std::move(connected.stream));
    const net::Headers headers = {{"Host", "test"}, {"Connection", "close"}};
    const net::HttpHead head = co_await client.send(
        net::HttpCall{.method = method, .target = target, .headers = headers, .body = body}, stop);
    got.status = head.response.status;
    answered();
    while (true) {
      const net::BodyPiece piece = co_await client.read_body(stop);
      if (!piece.ok()) break;
      got.body += piece.bytes;
    }
  };
  loop.run(ask());
  return got;
}

}  // namespace spillway::scenario
