// SPDX-License-Identifier: Apache-2.0
#include "scenario/in_process_server.h"

#include <utility>

#include "net/pipe.h"

namespace spillway::scenario {

// Every connection is a pipe to one of the servers.
class InProcessServer::Pipes final : public load::Dialler {
 public:
  Pipes(InProcessServer& all, net::HttpServer* server) : all_(all), server_(server) {}

  async::Task<Result> dial(async::Stop& /*stop*/) override {
    if (server_ == nullptr || all_.group_ == nullptr) {
      co_return Result{.stream = nullptr,
                       .fault = record::CompletionFault::connect,
                       .detail = "Connection refused"};
    }
    auto ends = net::make_pipe(all_.loop_);
    all_.group_->spawn(server_->serve(std::move(ends.second), all_.group_->stop()));
    co_return Result{.stream = std::move(ends.first), .detail = {}};
  }

 private:
  InProcessServer& all_;
  net::HttpServer* server_;
};

InProcessServer::InProcessServer(const ServeConfig& config, async::Loop& loop)
    : loop_(loop),
      frontend_(
          loop, [this](auto& exchange) { return stack_.handle_frontend(exchange); },
          config.endpoint.http),
      system_(
          loop, [this](auto& exchange) { return stack_.handle_system(exchange); },
          config.endpoint.http),
      kvbm_(
          loop, [this](auto& exchange) { return stack_.handle_kvbm(exchange); },
          config.endpoint.http),
      stack_(config, loop, pool_, std::chrono::seconds(0), [this] { return frontend_.counts(); }) {}

async::Task<> InProcessServer::begin(async::Group& group) {
  co_await stack_.prepare();
  group.spawn(stack_.run(group.stop()));
  group_ = &group;
}

std::unique_ptr<load::Dialler> InProcessServer::dialler(const net::Url& url) {
  return std::make_unique<Pipes>(*this, server_at(url.port));
}

net::HttpServer* InProcessServer::server_at(unsigned port) {
  if (port == net::parse_url(kBaseUrl).port) return &frontend_;
  if (port == net::parse_url(kSystemUrl).port) return &system_;
  return port == net::parse_url(kKvbmUrl).port && has_block_manager() ? &kvbm_ : nullptr;
}

}  // namespace spillway::scenario
