// Alarm: a deadline for whatever listens to a stop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/loop.h"
#include "async/stop.h"

namespace spillway::async {

// Requests `stop` when it is due; rang() then tells this end from any other. Cleared when it goes.
class Alarm final : public Timer {
 public:
  Alarm(Loop& loop, Stop& stop) : Timer(loop), stop_(stop) {}

  bool rang() const { return rang_; }

 private:
  void fire() override {
    rang_ = true;
    stop_.request();
  }

  Stop& stop_;
  bool rang_ = false;
};

}  // namespace spillway::async
