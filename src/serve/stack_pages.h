// StackPages: what a serving stack shows beside its API: metrics, health, and the faults it has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "async/loop.h"
#include "async/task.h"
#include "net/http_server.h"
#include "serve/adapters.h"
#include "serve/engine.h"
#include "serve/faults.h"
#include "serve/http_figures.h"
#include "serve/metrics_pages.h"

namespace spillway::serve {

struct StackPagesOptions {
  std::string model;
  std::string api_key;  // empty: none is asked for
  MetricsDialect dialect = MetricsDialect::kvbm;
  const AdapterCache* adapters = nullptr;  // null where there are none
};

// Three endpoints as the Dynamo stack has them: the frontend's GET /metrics beside the API, the
// system port with /metrics, /health and /live, the block manager's with /metrics. The plan of
// faults is at /faults of the system port (GET, POST, DELETE), for peers of this machine only.
class StackPages {
 public:
  // What the API's server has counted so far. All that is given outlives the pages.
  using Counts = std::function<net::HttpCounts()>;
  StackPages(async::Loop& loop, const Engine& engine, FaultPlan& faults, Counts counts,
             StackPagesOptions options);

  // False: the path is none of this endpoint's.
  async::Task<bool> handle_frontend(net::HttpExchange& exchange);
  async::Task<bool> handle_system(net::HttpExchange& exchange);
  async::Task<bool> handle_kvbm(net::HttpExchange& exchange);

 private:
  async::Task<> show(net::HttpExchange& exchange, MetricsPage page);
  async::Task<> control_faults(net::HttpExchange& exchange);
  async::Task<bool> admit(net::HttpExchange& exchange) const;
  std::string text_of(MetricsPage page, const std::vector<std::string>& hidden);
  std::string adapters_text(const PageOptions& options) const;
  void reset_counters();

  async::Loop& loop_;
  const Engine& engine_;
  FaultPlan& faults_;
  Counts counts_;
  StackPagesOptions options_;
  EngineFigures engine_before_;  // when the counters began, as the pages show them
  AdapterCounters adapters_before_;
  net::HttpCounts counts_before_;
};

}  // namespace spillway::serve
