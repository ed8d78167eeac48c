// How `spillway watch snapshot` and `stop` speak to the collector that `start` left running: a
// socket in the run's directory, so that no process is ever signalled by its number.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/unique_fd.h"

namespace spillway::cli {

// What is asked for: "snapshot" with a label, or "stop".
struct WatchRequest {
  std::string verb;
  std::string label;
};

// The collector's end.
class WatchControl {
 public:
  // Makes <directory>/watch.sock. Throws Error.
  explicit WatchControl(const std::string& directory);
  ~WatchControl();
  WatchControl(const WatchControl&) = delete;
  WatchControl& operator=(const WatchControl&) = delete;

  // Waits for the next; nothing when wake() was called.
  std::optional<WatchRequest> next();
  // Tells the one that asked last what came of it, in a line; empty: all is well.
  void reply(const std::string& fault);
  // Nobody can ask any more; the one that asked last is still to be told.
  void close();
  // From any thread.
  void wake();

 private:
  std::string path_;
  UniqueFd socket_;
  UniqueFd woken_;  // an eventfd
  UniqueFd peer_;
};

// Returns when the collector has done it. Throws Error when none runs there, and with its fault.
void ask_watch(const std::string& directory, const WatchRequest& request);

}  // namespace spillway::cli
