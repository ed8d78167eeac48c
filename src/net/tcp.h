// TCP: streams over sockets, and where they come from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "net/stream.h"

namespace spillway::net {

// True for addresses that only this machine can reach: 127.0.0.0/8, ::1, and the name localhost.
bool is_loopback(const std::string& address);

// A listening socket. `address`: numeric, IPv4 or IPv6, or localhost (which is 127.0.0.1); `port`
// 0 takes a free one. Throws Error that names both. Connections are made with TCP_NODELAY, since
// what is written is meant to leave.
class Listener {
 public:
  Listener(async::Loop& loop, const std::string& address, std::uint16_t port);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::uint16_t port() const;

  // The next connection; null when stopped. With no descriptors left it waits for some to be freed.
  async::Task<std::unique_ptr<Stream>> accept(async::Stop& stop);

 private:
  struct Socket;
  async::Loop& loop_;
  std::unique_ptr<Socket> socket_;
};

// A peer's address, resolved: at set-up, since resolving blocks. Throws Error.
class Peer {
 public:
  Peer(const std::string& host, std::uint16_t port);
  ~Peer();
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&& other) noexcept;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // "host:port", as given.
  const std::string& name() const { return name_; }

 private:
  friend struct Connecting;
  struct Address;
  std::string name_;
  std::unique_ptr<Address> address_;
};

struct Connected {
  std::unique_ptr<Stream> stream;  // null when it failed
  Transfer failure;                // why, then
};

// Several addresses of one name are tried in turn.
async::Task<Connected> connect(async::Loop& loop, const Peer& peer, async::Stop& stop);

}  // namespace spillway::net
