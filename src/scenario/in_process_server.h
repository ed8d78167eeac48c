// InProcessServer: the serving stack on the loop of its client, over pipes, for virtual time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "async/group.h"
#include "async/loop.h"
#include "async/pool.h"
#include "async/task.h"
#include "load/completion_client.h"
#include "net/http_server.h"
#include "net/url.h"
#include "scenario/serve_settings.h"
#include "scenario/serving_stack.h"

namespace spillway::scenario {

// All on the loop's thread. Its ports are names: nothing listens.
class InProcessServer {
 public:
  static constexpr const char* kBaseUrl = "http://in-process:8000";
  static constexpr const char* kSystemUrl = "http://in-process:8081/metrics";
  static constexpr const char* kKvbmUrl = "http://in-process:6880/metrics";

  InProcessServer(const ServeConfig& config, async::Loop& loop);

  bool has_block_manager() const { return stack_.has_block_manager(); }
  // Before anything is dialled. It serves until the group, which outlives neither it nor its
  // clients, is stopped.
  async::Task<> begin(async::Group& group);
  // To the port of one of the URLs above; any other refuses.
  std::unique_ptr<load::Dialler> dialler(const net::Url& url);

 private:
  class Pipes;
  net::HttpServer* server_at(unsigned port);

  async::Loop& loop_;
  async::Pool pool_{"modelled", 1};  // without work in virtual time
  net::HttpServer frontend_;
  net::HttpServer system_;
  net::HttpServer kvbm_;
  ServingStack stack_;
  async::Group* group_ = nullptr;
};

}  // namespace spillway::scenario
