// Which processors a thread may run on. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace spillway {

// The processors of this thread parted in two: the last for a client, the others for the server
// that it measures. Both are empty where there is only one.
struct ProcessorSplit {
  std::vector<unsigned> client;
  std::vector<unsigned> server;
};
ProcessorSplit split_processors();

// The calling thread, and those that it starts from now on. Empty: nothing changes. Throws Error
// when there are no such processors.
void pin_thread(const std::vector<unsigned>& processors);

}  // namespace spillway
