// SPDX-License-Identifier: Apache-2.0
#include "tier/modelled_store.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace spillway::tier {
namespace {

using Int128 = __int128;

// Whole bytes per second, so that times are made of integers; 0 stays "as fast as asked".
std::uint64_t whole_rate(double bytes_per_s) {
  if (bytes_per_s == 0) return 0;
  // Not above the greatest rate that a nanosecond can tell from infinity: 2^60 bytes in one second.
  constexpr double kFastest = 0x1p60;
  if (std::isnan(bytes_per_s) || bytes_per_s < 1 || bytes_per_s > kFastest) {
    throw Error(
        "the bandwidth of a modelled device is 0 (unlimited) or 1 to 2^60 bytes per second");
  }
  return static_cast<std::uint64_t>(bytes_per_s);
}

// Rounded up, so that no sum of transfers is faster than the bandwidth.
Duration transfer_time(Bytes size, std::uint64_t bytes_per_s) {
  if (bytes_per_s == 0) return Duration{};
  const Int128 ns = (Int128{size.count()} * std::nano::den + bytes_per_s - 1) / bytes_per_s;
  const Int128 longest = std::numeric_limits<Duration::rep>::max() / 4;
  return Duration(static_cast<Duration::rep>(std::min(ns, longest)));
}

}  // namespace

ModelledDevice::ModelledDevice(const ModelledOptions& options)
    : options_(options),
      read_{.bytes_per_s = whole_rate(options.read_bytes_per_s),
            .latency = options.read_latency,
            .free_at = {}},
      write_{.bytes_per_s = whole_rate(options.write_bytes_per_s),
             .latency = options.write_latency,
             .free_at = {}} {
  if (options.read_latency < Duration{} || options.write_latency < Duration{}) {
    throw Error("the latency of a modelled device is not negative");
  }
}

ModelledDevice::Service ModelledDevice::serve(io::Direction direction, Bytes size, Time asked) {
  const MutexLock lock(mutex_);
  Server& server = direction == io::Direction::read ? read_ : write_;
  const Time started = std::max(asked, server.free_at);
  server.free_at = started + transfer_time(size, server.bytes_per_s);
  return {.started = started, .completed = server.free_at + server.latency};
}

async::Task<> ModelledStore::write(std::span<BlockMove> moves) {
  return serve(moves, io::Direction::write);
}

async::Task<> ModelledStore::read(std::span<BlockMove> moves) {
  return serve(moves, io::Direction::read);
}

async::Task<> ModelledStore::erase(std::span<const kv::BlockKey> /*keys*/) { co_return; }

std::span<std::byte> ModelledStore::memory(Placement /*placement*/, Bytes /*size*/) { return {}; }

async::Task<> ModelledStore::serve(std::span<BlockMove> moves, io::Direction direction) {
  const Time asked = loop_.now();
  Time last = asked;
  for (BlockMove& move : moves) {
    const ModelledDevice::Service service = device_.serve(direction, move.size, asked);
    move.queue_wait = service.started - asked;
    move.latency = service.completed - asked;
    last = std::max(last, service.completed);
  }
  // A device without latency or limit needs no turn of the loop.
  if (last > asked) co_await loop_.sleep_until(last, never_);
}

}  // namespace spillway::tier
