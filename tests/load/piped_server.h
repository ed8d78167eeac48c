// An HTTP server at the other end of pipes, on the same loop: for clients in virtual time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "async/group.h"
#include "async/loop.h"
#include "load/completion_client.h"
#include "net/http_server.h"
#include "net/pipe.h"

namespace spillway::load {

// Every connection is a pipe to the handler; its frames belong to the group, which it outlives.
class PipedServer final : public Dialler {
 public:
  PipedServer(async::Loop& loop, net::HttpHandler handler)
      : loop_(loop), server_(loop, std::move(handler)) {}

  void serve_in(async::Group& group) { group_ = &group; }

  async::Task<Result> dial(async::Stop& /*stop*/) override {
    if (refuse) {
      co_return Result{.stream = nullptr,
                       .fault = record::CompletionFault::connect,
                       .detail = "Connection refused"};
    }
    auto ends = net::make_pipe(loop_);
    group_->spawn(server_.serve(std::move(ends.second), group_->stop()));
    co_return Result{.stream = std::move(ends.first), .detail = {}};
  }

  bool refuse = false;

 private:
  async::Loop& loop_;
  async::Group* group_ = nullptr;
  net::HttpServer server_;
};

}  // namespace spillway::load
