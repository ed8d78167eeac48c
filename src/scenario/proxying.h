// Proxying: the adapter proxy from set-up to the last connection's end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "scenario/proxy_settings.h"
#include "serve/adapters.h"

namespace spillway::scenario {

// run() does everything, on the thread that calls it; drain() and stop() may be called from any
// other.
class Proxying {
 public:
  // Throws Error for a backend that does not resolve.
  explicit Proxying(ProxyConfig config);
  ~Proxying();
  Proxying(const Proxying&) = delete;
  Proxying& operator=(const Proxying&) = delete;

  // Serves until drained or stopped. `ready` is called with the port once it is open. Throws Error
  // for a port that is taken and a directory that cannot be made.
  void run(const std::function<void(std::uint16_t port)>& ready);

  // No new requests; those under way are finished.
  void drain();
  // Requests under way are abandoned.
  void stop();

  // What had become of the adapters when it ended.
  const serve::AdapterCounters& adapters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::scenario
