// SPDX-License-Identifier: Apache-2.0
#include "core/cpu_time.h"

#include <chrono>
#include <ctime>

#include "core/error.h"

namespace spillway {

Duration thread_cpu_time() {
  timespec used{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) throw_errno("read", "the CPU clock");
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

}  // namespace spillway
