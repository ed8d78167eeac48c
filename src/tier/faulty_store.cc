// SPDX-License-Identifier: Apache-2.0
#include "tier/faulty_store.h"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "async/stop.h"
#include "core/error.h"

namespace spillway::tier {

FaultyStore::FaultyStore(async::Loop& loop, Store& store, StoreFaultRule rule)
    : loop_(loop), store_(store), rule_(std::move(rule)) {}

std::vector<StoreFault> FaultyStore::faults_of(std::span<const BlockMove> moves) const {
  std::vector<StoreFault> faults;
  faults.reserve(moves.size());
  for (const BlockMove& move : moves) faults.push_back(rule_(move));
  return faults;
}

async::Task<> FaultyStore::write(std::span<BlockMove> moves) {
  const std::vector<StoreFault> faults = faults_of(moves);
  co_await store_.write(moves);
  co_await spoil(moves, faults);
}

async::Task<> FaultyStore::read(std::span<BlockMove> moves) {
  const std::vector<StoreFault> faults = faults_of(moves);
  co_await store_.read(moves);
  co_await spoil(moves, faults);
}

async::Task<> FaultyStore::spoil(std::span<BlockMove> moves, std::span<const StoreFault> faults) {
  Duration longest{};
  for (std::size_t i = 0; i < moves.size(); ++i) {
    BlockMove& move = moves[i];
    move.latency += faults[i].delay;
    longest = std::max(longest, faults[i].delay);
    if (faults[i].error_number == 0 || move.error) continue;
    move.error = faults[i].error_number == ENOSPC ? stats::ErrorClass::no_space
                                                  : stats::ErrorClass::io_error;
    move.error_text = errno_text(faults[i].error_number);
  }
  async::Stop never;  // what waits for a drive cannot be stopped either
  if (longest > Duration::zero()) co_await loop_.sleep_for(longest, never);
}

}  // namespace spillway::tier
