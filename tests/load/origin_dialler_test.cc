// SPDX-License-Identifier: Apache-2.0
#include "load/origin_dialler.h"

#include <gtest/gtest.h>

#include <string>

#include "async/clock.h"
#include "async/group.h"
#include "net/http_server.h"
#include "net/tcp.h"

namespace spillway::load {
namespace {

using async::Group;
using async::Task;

class OriginDiallerTest : public testing::Test {
 protected:
  // What a client of the URL gets from /v1/models, while a plain server listens at the port.
  CompletionClient::Page get(const std::string& scheme, bool refuse = false) {
    net::Listener listener(loop_, "127.0.0.1", 0);
    net::HttpServer server(loop_, [](net::HttpExchange& exchange) -> Task<> {
      co_await exchange.respond(200, "text/plain", "here");
    });
    const unsigned port = refuse ? 1 : listener.port();
    const net::Origin origin(net::parse_url(scheme + "://127.0.0.1:" + std::to_string(port)),
                             {.ca_file = {}, .insecure = true});
    OriginDialler dialler(loop_, origin);
    CompletionClient::Page page;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      group.spawn(server.serve(listener, group.stop()));
      CompletionClient client(loop_, dialler,
                              {.headers = {{"Host", origin.authority()}}, .stream_total = {}});
      page = co_await client.get("/v1/models", std::chrono::seconds(10), group.stop());
      group.stop().request();
    }));
    return page;
  }

  async::RealClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
};

TEST_F(OriginDiallerTest, ReachesAServer) {
  const CompletionClient::Page page = get("http");
  EXPECT_EQ(page.fault, record::CompletionFault::none) << page.error;
  EXPECT_EQ(page.body, "here");
}

TEST_F(OriginDiallerTest, TellsConnectingFromTls) {
  EXPECT_EQ(get("http", true).fault, record::CompletionFault::connect);
  EXPECT_EQ(get("https").fault, record::CompletionFault::tls);
}

}  // namespace
}  // namespace spillway::load
