// ForegroundProcess: another program in the place of this one, with its streams and its terminal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/child_process.h"

namespace spillway {

// Of this program's process group, so that a Ctrl-C reaches it, too. It is not ended with this
// object: whoever starts it waits for it.
class ForegroundProcess {
 public:
  // The program first: a path, or a name on PATH. Throws Error when it cannot be started.
  explicit ForegroundProcess(const std::vector<std::string>& arguments);
  ForegroundProcess(const ForegroundProcess&) = delete;
  ForegroundProcess& operator=(const ForegroundProcess&) = delete;

  pid_t id() const { return id_; }
  // From any thread, until wait() has returned.
  void signal(int number) const;
  ChildEnd wait() const;

 private:
  pid_t id_ = -1;
};

}  // namespace spillway
