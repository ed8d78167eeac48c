// Stream: bytes to and from one peer, over TCP, TLS, or a pipe in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "async/stop.h"
#include "async/task.h"

namespace spillway::net {

// How a read or write ended. `closed`: the peer has ended its direction, in order.
enum class Ended : std::uint8_t { moved, would_block, closed, stopped, failed };

struct Transfer {
  Ended ended = Ended::moved;
  std::size_t bytes = 0;  // moved
  int error = 0;          // an errno, when it failed

  bool ok() const { return ended == Ended::moved; }
};

// Used by one loop. Reading and writing are tried first and waited for only when they would block:
// a wait costs a turn of the loop. One frame may wait to read, another to write.
class Stream {
 public:
  virtual ~Stream() = default;

  // What can be moved now. A read of nothing is `closed`, never `moved`.
  virtual Transfer try_read(std::span<char> into) = 0;
  virtual Transfer try_write(std::string_view bytes) = 0;
  // Until a try may get further (it need not), or the stop. The peer's going away ends it as well.
  virtual async::Task<> readable(async::Stop& stop) = 0;
  virtual async::Task<> writable(async::Stop& stop) = 0;

  // The peer runs on this machine.
  virtual bool peer_is_local() const = 0;

  // Says that no more will be written; reading goes on.
  virtual void end_writing() = 0;
  // Both directions, at once. Frames that wait go on, and find it closed.
  virtual void close() = 0;
};

// What there is, as soon as there is something.
async::Task<Transfer> read_some(Stream& stream, std::span<char> into, async::Stop& stop);
// All of it: `moved`, or why not, with the bytes that went out before.
async::Task<Transfer> write_all(Stream& stream, std::string_view bytes, async::Stop& stop);

// "the peer closed the connection", "stopped", or the errno's text.
std::string to_text(const Transfer& transfer);

}  // namespace spillway::net
