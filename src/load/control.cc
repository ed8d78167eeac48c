// SPDX-License-Identifier: Apache-2.0
#include "load/control.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace spillway::load {
namespace {

// Collects answers of several threads; outlives the call by those that answer late.
struct Answers {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t missing = 0;
  record::Observations sum;
};

void answer(Answers& answers, const record::Observations& part) {
  const std::scoped_lock lock(answers.mutex);
  answers.sum.merge(part);
  --answers.missing;
  answers.changed.notify_all();
}

}  // namespace

void Control::join(unsigned number, Shard shard) {
  const MutexLock lock(mutex_);
  if (shards_.size() <= number) shards_.resize(number + 1);
  if (stop_requested()) shard.loop->post(shard.stop);
  shards_[number] = std::move(shard);
}

void Control::leave(unsigned number) {
  const MutexLock lock(mutex_);
  shards_.at(number) = {};
}

void Control::request_stop() {
  const MutexLock lock(mutex_);
  stop_requested_ = true;
  for (const Shard& shard : shards_) {
    if (shard.loop != nullptr) shard.loop->post(shard.stop);
  }
}

void Control::set_users(std::uint64_t step, std::uint32_t users) {
  const MutexLock lock(mutex_);
  for (const Shard& shard : shards_) {
    if (shard.loop == nullptr || !shard.set_users) continue;
    shard.loop->post([set = shard.set_users, step, users] { set(step, users); });
  }
}

record::Observations Control::collect(Duration patience) {
  const auto answers = std::make_shared<Answers>();
  {
    const MutexLock lock(mutex_);
    const std::scoped_lock counting(answers->mutex);
    for (const Shard& shard : shards_) {
      if (shard.loop == nullptr) continue;
      ++answers->missing;
      shard.loop->post([answers, snapshot = shard.snapshot] { answer(*answers, snapshot()); });
    }
  }
  std::unique_lock waiting(answers->mutex);
  answers->changed.wait_for(waiting, patience, [&] { return answers->missing == 0; });
  return answers->sum;
}

}  // namespace spillway::load
