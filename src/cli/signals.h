// Signals: hears Ctrl-C and SIGTERM on a thread of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

namespace spillway::cli {

// For as long as it lives, SIGINT and SIGTERM do not end the process but call `heard(signal,
// count)` on this object's thread: count 1 the first time, 2 the second, ... Made before other
// threads, so that they inherit the blocked signals.
class Signals {
 public:
  using Heard = std::function<void(int signal, int count)>;
  explicit Signals(Heard heard);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  std::jthread listener_;
};

}  // namespace spillway::cli
