// SPDX-License-Identifier: Apache-2.0
#include "scenario/io_trace_log.h"

#include <chrono>

namespace spillway::scenario {
namespace {

record::IoOperation operation_of(cache::Move::Kind kind) {
  switch (kind) {
    case cache::Move::Kind::read:
      return record::IoOperation::read;
    case cache::Move::Kind::write:
      return record::IoOperation::write;
    case cache::Move::Kind::removal:
      break;
  }
  return record::IoOperation::remove;
}

record::IoPhase phase_of(cache::Move::Purpose purpose) {
  switch (purpose) {
    case cache::Move::Purpose::store:
      return record::IoPhase::prefill;
    case cache::Move::Purpose::use:
      return record::IoPhase::decode;
    case cache::Move::Purpose::room:
      break;
  }
  return record::IoPhase::evict;
}

Duration origin_of(const async::Clock& clock) {
  if (clock.is_virtual()) return Duration::zero();
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Duration>(now) - clock.now().time_since_epoch();
}

}  // namespace

IoTraceLog::IoTraceLog(const TracingConfig& config, const async::Clock& clock)
    : trace_(config.io_trace,
             {.layout = config.extra ? record::IoTraceLayout::wide : record::IoTraceLayout::narrow,
              .threaded = !clock.is_virtual()}),
      origin_(origin_of(clock)) {}

void IoTraceLog::add(const cache::Move& move) {
  trace_.add({.time = origin_ + move.decided.time_since_epoch(),
              .key = move.key,
              .size = move.size,
              .request = move.cause.request.value_or(record::IoTraceMove::kNobody),
              .conversation = move.cause.user.value_or(record::IoTraceMove::kNobody),
              .operation = operation_of(move.kind),
              .tier = move.tier,
              .phase = phase_of(move.purpose)});
}

}  // namespace spillway::scenario
