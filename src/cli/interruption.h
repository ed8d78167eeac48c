// Interruption: what Ctrl-C and SIGTERM do to a run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

#include "cli/signals.h"

namespace spillway::cli {

// Before anything is attached, a signal ends the process: nothing has been made. While something
// is: the first stops it cleanly, the second ends it by force. Between two runs a signal is only
// remembered, for whoever would begin the next; a third always ends the process.
// Made before other threads, as Signals says.
class Interruption {
 public:
  // How a run ends. Called on the signals' thread.
  struct Endings {
    std::function<void()> stop;                    // asks, and returns at once
    std::function<void(int signal)> save_at_once;  // then the process ends
  };
  Interruption();

  // From here to detach() the endings are used. No signal sees what `make` makes half made.
  void attach(Endings endings, const std::function<void()>& make);
  // Returns the first signal that was heard so far; 0 = none. Later ones are too late for the run.
  int detach();

  // The first signal of all that was heard; 0 = none.
  int first() const { return first_; }

 private:
  enum class State : std::uint8_t { nothing_made, attached, between };
  void heard(int signal, int count);

  std::mutex mutex_;
  State state_ = State::nothing_made;
  Endings endings_;
  std::atomic<int> first_ = 0;
  Signals signals_;  // ends before what it uses
};

// SIGINT or SIGTERM, the two that are heard.
std::string name_of_signal(int signal);

}  // namespace spillway::cli
