// SPDX-License-Identifier: Apache-2.0
#include "serve/adapter_proxy.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "async/event.h"
#include "async/group.h"
#include "net/http_client.h"
#include "net/tcp.h"
#include "tests/tier/real_loop.h"
#include "tests/tier/temporary_directory.h"

namespace spillway::serve {
namespace {

using async::Group;
using async::Task;
using std::chrono_literals::operator""ms;

struct Got {
  int status = 0;
  net::Headers headers;
  std::string body;
  net::HttpFault ended = net::HttpFault::none;
};

Task<std::unique_ptr<net::HttpClient>> client_of(async::Loop& loop, std::uint16_t port,
                                                 async::Stop& stop) {
  const net::Peer peer("127.0.0.1", port);
  net::Connected connected = co_await net::connect(loop, peer, stop);
  co_return std::make_unique<net::HttpClient>(loop, std::move(connected.stream));
}

// A proxy before a backend that a test scripts, all on loopback sockets.
class AdapterProxyTest : public testing::Test {
 protected:
  struct World {
    async::Loop& loop;
    async::Stop& stop;
    std::uint16_t port;
    AdapterCache& cache;
  };

  // Runs the body, with a proxy before the handler; `backend_port` 0: one that listens.
  void run(const net::HttpHandler& handler, const std::function<Task<>(World)>& body,
           std::uint16_t backend_port = 0) {
    tier::run_with_queue([&](async::Loop& loop, io::Queue& queue) -> Task<> {
      AdapterFiles files(loop, queue, pool_, path_, 7);
      AdapterCache cache(loop, files, cache_size_);
      net::Listener behind(loop, "127.0.0.1", 0);
      net::HttpServer backend(loop, handler);
      const std::uint16_t to = backend_port == 0 ? behind.port() : backend_port;
      const net::Origin origin(
          net::parse_url("http://127.0.0.1:" + std::to_string(to) + "/base/v1/completions"));
      AdapterProxy proxy(loop, origin, files, cache, options_);
      net::Listener before(loop, "127.0.0.1", 0);
      net::HttpServer server(loop,
                             [&](net::HttpExchange& exchange) { return proxy.handle(exchange); });
      async::Stop stop;
      co_await async::with_group(loop, stop, [&](Group& group) -> Task<> {
        group.spawn(backend.serve(behind, group.stop()));
        group.spawn(server.serve(before, group.stop()));
        co_await body(
            World{.loop = loop, .stop = group.stop(), .port = before.port(), .cache = cache});
        group.stop().request();
      });
    });
  }

  static Task<Got> ask(World world, std::string method, std::string target, std::string body = "",
                       net::Headers headers = {}) {
    const auto client = co_await client_of(world.loop, world.port, world.stop);
    headers.emplace_back("Host", "proxy");
    net::HttpHead head = co_await client->send(
        net::HttpCall{.method = method, .target = target, .headers = headers, .body = body},
        world.stop);
    Got got{.status = head.response.status, .headers = head.response.headers, .body = {}};
    while (true) {
      const net::BodyPiece piece = co_await client->read_body(world.stop);
      got.ended = piece.fault;
      if (!piece.ok()) break;
      got.body += piece.bytes;
    }
    co_return got;
  }

  tier::TemporaryDirectory parent_;
  std::string path_ = parent_.path() + "/lora";
  async::Pool pool_{"files", 2};
  Bytes cache_size_;
  AdapterProxyOptions options_;
  async::Loop* loop_ = nullptr;
};

constexpr const char* kAsk = R"({"model":"m","adapter_id":"a-1","prompt":"x"})";

// Answers with what it was asked.
Task<> echo(net::HttpExchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  co_await exchange.respond(200, "text/echo",
                            request.method + " " + request.target + " " + request.body,
                            {{"X-Seen-Key", std::string(request.header("authorization"))},
                             {"X-Seen-Host", std::string(request.header("host"))}});
}

TEST_F(AdapterProxyTest, TakesTheAdapterOutAndPassesTheRestOn) {
  run(echo, [](World world) -> Task<> {
    const Got got =
        co_await ask(world, "POST", "/v1/completions?x=1", kAsk, {{"Authorization", "Bearer k"}});
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, R"(POST /base/v1/completions?x=1 {"model":"m","prompt":"x"})");
    EXPECT_EQ(net::find_header(got.headers, "content-type"), "text/echo");
    EXPECT_EQ(net::find_header(got.headers, "x-seen-key"), "Bearer k");
    EXPECT_NE(net::find_header(got.headers, "x-seen-host"), "proxy");
    const Got models = co_await ask(world, "GET", "/v1/models");
    EXPECT_EQ(models.body, "GET /base/v1/models ");
  });
}

// The file is made once, does not grow, and every request reads it.
TEST_F(AdapterProxyTest, AnAdapterIsMadeOnceAndThenRead) {
  options_.adapter_size = 64_KiB;
  run(echo, [&](World world) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      const Got got = co_await ask(world, "POST", "/v1/chat/completions", kAsk);
      EXPECT_EQ(got.status, 200);
    }
    EXPECT_EQ(world.cache.counters().misses, 3U);
    EXPECT_EQ(world.cache.counters().read, 3 * 68_KiB);
    const Got page = co_await ask(world, "GET", "/metrics");
    EXPECT_NE(page.body.find("\nspillway_adapter_read_bytes_total 208896\n"), std::string::npos);
  });
  EXPECT_EQ(std::filesystem::file_size(path_ + "/a-1"), (68_KiB).count());
}

TEST_F(AdapterProxyTest, WhatIsKeptInMemoryIsNotRead) {
  cache_size_ = 16_MiB;
  run(echo, [&](World world) -> Task<> {
    for (int i = 0; i < 3; ++i) co_await ask(world, "POST", "/v1/completions", kAsk);
    EXPECT_EQ(world.cache.counters().misses, 1U);
    EXPECT_EQ(world.cache.counters().hits, 2U);
  });
}

// Many at once for names that nobody has named before.
TEST_F(AdapterProxyTest, FirstRequestsForOneNameShareItsFile) {
  run(echo, [&](World world) -> Task<> {
    co_await async::with_group(world.loop, world.stop, [&](Group& group) -> Task<> {
      const auto one = [](World in) -> Task<> {
        const Got got = co_await ask(in, "POST", "/v1/completions", kAsk);
        EXPECT_EQ(got.status, 200);
      };
      for (int i = 0; i < 8; ++i) group.spawn(one(world));
      co_return;
    });
  });
}

TEST_F(AdapterProxyTest, NamesThatAreNoFilesAreRefused) {
  run(echo, [&](World world) -> Task<> {
    for (const char* const name : {"..", "../secret", "/etc/passwd", "a/b", ".hidden", ""}) {
      const Got got = co_await ask(world, "POST", "/v1/completions",
                                   R"({"model":"m","adapter_id":")" + std::string(name) + "\"}");
      EXPECT_EQ(got.status, 400) << name;
      EXPECT_NE(got.body.find("invalid_request_error"), std::string::npos) << got.body;
    }
    const Got number = co_await ask(world, "POST", "/v1/completions", R"({"adapter_id":1})");
    EXPECT_EQ(number.status, 400);
  });
  EXPECT_TRUE(std::filesystem::is_empty(path_));
}

TEST_F(AdapterProxyTest, ServesSoManyAdapters) {
  options_.most_adapters = 1;
  run(echo, [&](World world) -> Task<> {
    const Got first = co_await ask(world, "POST", "/v1/completions", R"({"adapter_id":"a"})");
    const Got second = co_await ask(world, "POST", "/v1/completions", R"({"adapter_id":"b"})");
    const Got again = co_await ask(world, "POST", "/v1/completions", R"({"adapter_id":"a"})");
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(second.status, 400);
    EXPECT_EQ(again.status, 200);
  });
}

TEST_F(AdapterProxyTest, ABackendsFailureArrivesAsItIs) {
  const auto fails = [](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.respond(500, "application/json", R"({"error":{"message":"boom"}})");
  };
  run(fails, [](World world) -> Task<> {
    const Got got = co_await ask(world, "POST", "/v1/completions", kAsk);
    EXPECT_EQ(got.status, 500);
    EXPECT_EQ(got.body, R"({"error":{"message":"boom"}})");
  });
}

TEST_F(AdapterProxyTest, ABackendThatIsNotThereIs502) {
  constexpr std::uint16_t kNobody = 1;
  run(
      echo,
      [](World world) -> Task<> {
        const Got got = co_await ask(world, "POST", "/v1/completions", kAsk);
        EXPECT_EQ(got.status, 502);
        EXPECT_NE(got.body.find("127.0.0.1:1 has not answered: Connection refused"),
                  std::string::npos)
            << got.body;
      },
      kNobody);
}

TEST_F(AdapterProxyTest, ASilentBackendIs504) {
  options_.silence = 20ms;
  std::unique_ptr<async::Event> never;
  const auto silent = [&](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.watched([&]() -> Task<> { co_await never->wait(); });
  };
  run(silent, [&](World world) -> Task<> {
    never = std::make_unique<async::Event>(world.loop, "the end of the test");
    const Got got = co_await ask(world, "POST", "/v1/completions", kAsk);
    EXPECT_EQ(got.status, 504);
    never->set();
  });
}

// The second piece leaves the backend only once the client has the first.
TEST_F(AdapterProxyTest, StreamsAreNotBuffered) {
  std::unique_ptr<async::Event> has_first;
  const auto stream = [&](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.begin(200, "text/event-stream", {{"Trailer", "Times"}});
    co_await exchange.write("data: 1\n\n");
    co_await has_first->wait();
    co_await exchange.write("data: 2\n\n");
    co_await exchange.finish({{"Times", "1,2"}});
  };
  run(stream, [&](World world) -> Task<> {
    has_first = std::make_unique<async::Event>(world.loop, "the first piece");
    const auto client = co_await client_of(world.loop, world.port, world.stop);
    const net::Headers headers = {{"Host", "proxy"}};
    co_await client->send(net::HttpCall{.method = "POST",
                                        .target = "/v1/completions",
                                        .headers = headers,
                                        .body = R"({"stream":true})"},
                          world.stop);
    const net::BodyPiece first = co_await client->read_body(world.stop);
    EXPECT_EQ(first.bytes, "data: 1\n\n");
    has_first->set();
    const net::BodyPiece second = co_await client->read_body(world.stop);
    EXPECT_EQ(second.bytes, "data: 2\n\n");
    const net::BodyPiece end = co_await client->read_body(world.stop);
    EXPECT_EQ(end.fault, net::HttpFault::none);
    EXPECT_EQ(net::find_header(client->trailers(), "times"), "1,2");
  });
}

TEST_F(AdapterProxyTest, AStreamThatBreaksOffBreaksOffHereToo) {
  const auto breaks = [](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.begin(200, "text/event-stream");
    co_await exchange.write("data: 1\n\n");
    exchange.cut();
  };
  run(breaks, [](World world) -> Task<> {
    const Got got = co_await ask(world, "POST", "/v1/completions", kAsk);
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(got.body, "data: 1\n\n");
    EXPECT_EQ(got.ended, net::HttpFault::cut);
  });
}

TEST_F(AdapterProxyTest, AClientThatGoesTakesTheBackendsRequestWithIt) {
  std::unique_ptr<async::Event> gone;
  const auto stream = [&](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.begin(200, "text/event-stream");
    co_await exchange.write("data: 1\n\n");
    co_await exchange.watched([&]() -> Task<> {
      async::Event never(*loop_, "the client's going");
      struct Listener final : async::StopListener {
        void on_stop() override { event->set(); }
        async::Event* event = nullptr;
      } listener;
      listener.event = &never;
      exchange.gone().listen(listener);
      co_await never.wait();
    });
    gone->set();
  };
  run(stream, [&](World world) -> Task<> {
    loop_ = &world.loop;
    gone = std::make_unique<async::Event>(world.loop, "the backend");
    const auto client = co_await client_of(world.loop, world.port, world.stop);
    const net::Headers headers = {{"Host", "proxy"}};
    co_await client->send(
        net::HttpCall{
            .method = "POST", .target = "/v1/completions", .headers = headers, .body = "{}"},
        world.stop);
    co_await client->read_body(world.stop);
    client->close();
    co_await gone->wait();
  });
}

TEST_F(AdapterProxyTest, HasItsPathsAndItsKey) {
  options_.api_key = "k";
  run(echo, [](World world) -> Task<> {
    const net::Headers key = {{"Authorization", "Bearer k"}};
    const Got keyless = co_await ask(world, "POST", "/v1/completions", kAsk);
    EXPECT_EQ(keyless.status, 401);
    const Got elsewhere = co_await ask(world, "POST", "/v1/embeddings", "{}", key);
    EXPECT_EQ(elsewhere.status, 404);
    const Got wrong = co_await ask(world, "GET", "/v1/completions", "", key);
    EXPECT_EQ(wrong.status, 405);
    const Got right = co_await ask(world, "GET", "/health", "", key);
    EXPECT_EQ(right.status, 200);
  });
}

}  // namespace
}  // namespace spillway::serve
