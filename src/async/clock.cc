// SPDX-License-Identifier: Apache-2.0
#include "async/clock.h"

#include <chrono>

#include "core/error.h"

namespace spillway::async {

RealClock::RealClock() : start_(std::chrono::steady_clock::now()) {}

Time RealClock::now() const { return Time(std::chrono::steady_clock::now() - start_); }

void VirtualClock::advance_to(Time time) {
  check(time >= now(), "time goes forward");
  now_.store(time, std::memory_order_relaxed);
}

}  // namespace spillway::async
