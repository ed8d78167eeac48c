// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <system_error>

namespace spillway::net {

async::Task<Transfer> read_some(Stream& stream, std::span<char> into, async::Stop& stop) {
  while (!stop.requested()) {
    const Transfer read = stream.try_read(into);
    if (read.ended != Ended::would_block) co_return read;
    co_await stream.readable(stop);
  }
  co_return Transfer{.ended = Ended::stopped};
}

async::Task<Transfer> write_all(Stream& stream, std::string_view bytes, async::Stop& stop) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    if (stop.requested()) co_return Transfer{.ended = Ended::stopped, .bytes = written};
    const Transfer write = stream.try_write(bytes.substr(written));
    written += write.bytes;
    if (write.ended == Ended::would_block) {
      co_await stream.writable(stop);
    } else if (!write.ok()) {
      co_return Transfer{.ended = write.ended, .bytes = written, .error = write.error};
    }
  }
  co_return Transfer{.bytes = written};
}

std::string to_text(const Transfer& transfer) {
  switch (transfer.ended) {
    case Ended::moved:
      return "moved " + std::to_string(transfer.bytes) + " bytes";
    case Ended::would_block:
      return "would block";
    case Ended::closed:
      return "the peer closed the connection";
    case Ended::stopped:
      return "stopped";
    case Ended::failed:
      break;
  }
  return std::generic_category().message(transfer.error);
}

}  // namespace spillway::net
