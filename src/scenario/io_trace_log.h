// IoTraceLog: brings what the caches of a run move into its I/O trace.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/clock.h"
#include "cache/move_log.h"
#include "core/time.h"
#include "record/io_trace.h"
#include "scenario/tracing_settings.h"

namespace spillway::scenario {

// One a run, told by the caches of all shards. Times are since 1970, or since the start of virtual
// time, which has no date.
class IoTraceLog final : public cache::MoveLog {
 public:
  // Throws Error when the file cannot be made.
  IoTraceLog(const TracingConfig& config, const async::Clock& clock);

  void add(const cache::Move& move) override;
  // Once, when nobody moves anything any more; a cut from any thread at any time.
  record::IoTraceResult finish(record::IoTraceEnd end) { return trace_.finish(end); }

 private:
  record::IoTrace trace_;
  Duration origin_;  // of the clock, since 1970
};

}  // namespace spillway::scenario
