// SPDX-License-Identifier: Apache-2.0
#include "core/processors.h"

#include <sched.h>

#include "core/error.h"

namespace spillway {

ProcessorSplit split_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return {};
  std::vector<unsigned> all;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) all.push_back(cpu);
  }
  if (all.size() < 2) return {};
  ProcessorSplit split{.client = {all.back()}, .server = all};
  split.server.pop_back();
  return split;
}

void pin_thread(const std::vector<unsigned>& processors) {
  if (processors.empty()) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned processor : processors) CPU_SET(processor, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) throw_errno("pin", "this thread");
}

}  // namespace spillway
