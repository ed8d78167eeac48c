// Which model a server has, once it has one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/time.h"
#include "load/completion_client.h"

namespace spillway::load {

struct ResolveOptions {
  std::string target = "/v1/models";
  Duration timeout = std::chrono::minutes(3);  // for all of it
  Duration poll = std::chrono::seconds(2);     // between two looks
};

struct ResolvedModel {
  std::string id;     // empty: there was none in time
  std::string error;  // what the last look found, then
};

// The first model that the server lists. Whatever fails is looked at again until the time is over:
// a server that starts refuses, then lists nothing, then something.
async::Task<ResolvedModel> resolve_model(async::Loop& loop, CompletionClient& client,
                                         ResolveOptions options, async::Stop& stop);

// How many models it lists now; nothing when that cannot be told.
async::Task<std::optional<std::size_t>> count_models(CompletionClient& client, std::string target,
                                                     Duration patience, async::Stop& stop);

}  // namespace spillway::load
