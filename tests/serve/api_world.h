// The API over an engine in virtual time, and a client at the other end of a pipe.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "async/clock.h"
#include "async/group.h"
#include "async/loop.h"
#include "kv/estimator.h"
#include "kv/speaker.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/pipe.h"
#include "serve/api_server.h"
#include "serve/engine.h"
#include "serve/faults.h"
#include "serve/stack_pages.h"

namespace spillway::serve {

struct Got {
  int status = 0;
  net::Headers headers;
  std::string body;
  bool whole = false;
  Time at{};
};

// 1,000 prompt tokens a second, 10 ms a token of an answer; the device keeps blocks of 4 tokens.
class ApiWorld {
 public:
  explicit ApiWorld(ApiOptions options = {.model = "m", .epoch = std::chrono::seconds(1000)})
      : engine(loop, nullptr,
               {.block_tokens = Tokens(4),
                .block_bytes = 4_KiB,
                .max_num_tokens = 100,
                .max_model_len = 200,
                .device_blocks = 100,
                .device_prefix_cache = true,
                .prefill_tokens_per_s = 1000,
                .decode_step = std::chrono::milliseconds(10)}),
        api({.loop = loop,
             .engine = engine,
             .tokenizer = *tokenizer,
             .speaker = speaker,
             .faults = faults},
            options),
        pages(loop, engine, faults, [this] { return server.counts(); },
              {.model = options.model, .api_key = options.api_key}),
        server(loop, [this](net::HttpExchange& exchange) { return handle(exchange); }) {}

  // What a client gets for one request.
  async::Task<Got> ask(std::string method, std::string target, std::string body,
                       net::Headers headers = {}) {
    auto ends = net::make_pipe(loop);
    Got got;
    co_await async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      group.spawn(server.serve(std::move(ends.second), group.stop()));
      co_await exchange(std::move(ends.first), method, target, body, headers, got, group.stop());
    });
    got.at = loop.now();
    co_return got;
  }

  // Runs `work` beside the engine.
  void run(const std::function<async::Task<>()>& work) {
    loop.run(async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      group.spawn(engine.run(group.stop()));
      co_await work();
      group.stop().request();
    }));
  }

  Got ask_alone(const std::string& method, const std::string& target, const std::string& body = "",
                const net::Headers& headers = {}) {
    Got got;
    run([&]() -> async::Task<> { got = co_await ask(method, target, body, headers); });
    return got;
  }

  async::VirtualClock clock;
  async::Loop loop{clock};
  async::Stop stop;
  std::unique_ptr<kv::Tokenizer> tokenizer = kv::make_estimator();
  kv::Speaker speaker{*tokenizer};
  FaultPlan faults;
  Engine engine;
  ApiServer api;
  StackPages pages;
  net::HttpServer server;

 private:
  async::Task<> handle(net::HttpExchange& exchange) {
    bool known = co_await api.handle(exchange);
    if (!known) known = co_await pages.handle_frontend(exchange);
    if (!known) known = co_await pages.handle_system(exchange);
    if (!known) co_await exchange.respond(404, "text/plain", "");
  }

  async::Task<> exchange(std::unique_ptr<net::Stream> stream, const std::string& method,
                         const std::string& target, const std::string& body, net::Headers headers,
                         Got& got, async::Stop& its_stop) {
    net::HttpClient client(loop, std::move(stream));
    headers.emplace_back("Host", "test");
    const net::HttpCall call{.method = method, .target = target, .headers = headers, .body = body};
    net::HttpHead head = co_await client.send(call, its_stop);
    got.status = static_cast<int>(head.response.status);
    got.headers = head.response.headers;
    while (head.fault == net::HttpFault::none) {
      const net::BodyPiece piece = co_await client.read_body(its_stop);
      if (!piece.ok()) {
        got.whole = piece.fault == net::HttpFault::none;
        break;
      }
      got.body += piece.bytes;
    }
    client.close();
  }
};

}  // namespace spillway::serve
