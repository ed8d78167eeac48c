// Puts the counters of the modules below into the terms of the record.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/counters.h"
#include "io/queue.h"
#include "record/observations.h"

namespace spillway::scenario {

// Adds what the cache of a shard counted, errors with their texts included.
void observe(const cache::CacheCounters& counters, record::Observations& observed);
// Adds what the queue of a shard counted.
void observe(const io::QueueFigures& figures, record::Observations& observed);

}  // namespace spillway::scenario
