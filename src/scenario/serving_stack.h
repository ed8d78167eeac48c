// ServingStack: an engine with its tiers and its API, on a loop; what listens is for others.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "async/loop.h"
#include "async/pool.h"
#include "async/stop.h"
#include "async/task.h"
#include "net/http_server.h"
#include "scenario/serve_settings.h"
#include "serve/engine_figures.h"
#include "serve/stack_pages.h"

namespace spillway::scenario {

// Made and used on the loop's thread. In virtual time the tiers are modelled, and clients come by
// pipes; else they are real, but for the device.
class ServingStack {
 public:
  // `epoch`: the time since 1970 when the loop's clock was at 0, for the API's stamps. `counts`:
  // what the API's server has counted. Throws Error for what the machine does not have.
  ServingStack(const ServeConfig& config, async::Loop& loop, async::Pool& pool,
               std::chrono::seconds epoch, serve::StackPages::Counts counts);
  ~ServingStack();
  ServingStack(const ServingStack&) = delete;
  ServingStack& operator=(const ServingStack&) = delete;

  // Makes the adapters' files; before any request. Throws Error when they cannot be made.
  async::Task<> prepare();
  // Works until stopped.
  async::Task<> run(async::Stop& stop);

  // Requests of the API and its metrics; of the system's port; of the block manager's.
  async::Task<> handle_frontend(net::HttpExchange& exchange);
  async::Task<> handle_system(net::HttpExchange& exchange);
  async::Task<> handle_kvbm(net::HttpExchange& exchange);
  // In B0 there is none.
  bool has_block_manager() const;
  // With the blocks on disk; empty when there are none, or they are modelled.
  std::string cache_directory() const;

  serve::EngineFigures figures() const;
  // Until what requests have left behind is where it goes.
  async::Task<> drain(async::Stop& stop);
  // Removes all files now, although they are in use: for a process that is about to end. Returns
  // the directories that still hold some.
  std::vector<std::string> remove_files();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::scenario
