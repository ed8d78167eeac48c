// ChildProcess: another program, started and ended by this one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/unique_fd.h"

namespace spillway {

struct ChildOptions {
  std::vector<std::string> arguments;       // the program first: a path, or a name on PATH
  std::vector<std::string> variables = {};  // "NAME=value", beside those of this process
  std::string output = "/dev/null";         // appended to: both streams
  std::vector<unsigned> cpus = {};          // where it may run; empty: wherever this process may
};

// How it ended: a status, or a signal.
struct ChildEnd {
  int status = 0;
  int signal = 0;
};

// Has a process group of its own, so that a Ctrl-C reaches this program alone, which then ends the
// child as it sees fit. It is also ended, by SIGTERM, when the thread that started it ends, however
// that comes about.
class ChildProcess {
 public:
  // Throws Error when the program cannot be started.
  explicit ChildProcess(const ChildOptions& options);
  // Kills what still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t id() const { return id_; }
  // To the child and those that it started, as long as it runs.
  void signal(int number);
  // Waits for its end; nothing when it has not ended by then.
  std::optional<ChildEnd> wait(std::chrono::milliseconds patience);

 private:
  pid_t id_ = -1;
  UniqueFd watch_;  // readable once it has ended
  std::optional<ChildEnd> end_;
};

// "status 2", "signal 9".
std::string to_text(const ChildEnd& end);

}  // namespace spillway
