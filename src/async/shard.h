// Shards: the threads of a run, each with a loop; in virtual time, all on one thread and one loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "async/clock.h"
#include "async/loop.h"
#include "async/task.h"

namespace spillway::async {

// What a shard does: `number` counts from 0. Rings, buffers and recorders are built inside, on the
// shard's own thread.
using ShardBody = std::function<Task<>(unsigned number, Loop& loop)>;

// Runs `count` shards until all have ended, then rethrows the first failure (by shard number). On
// the machine's clock each is a thread named shard-N; in virtual time they are logical shards in
// turn on this thread, so that a run has one history.
void run_shards(Clock& clock, unsigned count, const ShardBody& body);

}  // namespace spillway::async
