// SPDX-License-Identifier: Apache-2.0
#include "serve/null_server.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "async/clock.h"
#include "async/group.h"
#include "net/http_client.h"
#include "net/pipe.h"

namespace spillway::serve {
namespace {

using async::Group;
using async::Task;
using std::chrono_literals::operator""ms;

// A null server in virtual time; the client sends at 3 ms.
class NullServerTest : public testing::Test {
 protected:
  struct Got {
    int status = 0;
    std::string body;
    std::string times;
    Time at{};
  };

  Got ask(const NullOptions& options, const std::string& method, const std::string& target,
          const std::string& body = "") {
    null_.emplace(loop_, options);
    net::HttpServer server(loop_, [this](net::HttpExchange& exchange) -> Task<> {
      const bool known = co_await null_->handle(exchange);
      if (!known) co_await exchange.respond(404, "text/plain", "");
    });
    auto ends = net::make_pipe(loop_);
    Got got;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      group.spawn(server.serve(std::move(ends.second), group.stop()));
      co_await loop_.sleep_for(3ms, group.stop());
      net::HttpClient client(loop_, std::move(ends.first));
      const net::Headers headers = {{"Host", "test"}};
      const net::HttpHead head = co_await client.send(
          net::HttpCall{.method = method, .target = target, .headers = headers, .body = body},
          group.stop());
      got.status = static_cast<int>(head.response.status);
      while (true) {
        const net::BodyPiece piece = co_await client.read_body(group.stop());
        if (!piece.ok()) break;
        got.body += piece.bytes;
        got.at = piece.at;
      }
      got.times = net::find_header(client.trailers(), "spillway-write-times-us");
      client.close();
    }));
    return got;
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
  std::optional<NullServer> null_;
};

TEST_F(NullServerTest, StreamsTokensAtTheirTimes) {
  const Got got = ask({.model = "m", .first = 50ms, .gap = 10ms, .tokens = 4}, "POST",
                      "/v1/chat/completions", R"({"stream": true})");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.times, "50000,60000,70000,80000");
  EXPECT_EQ(got.at, Time(3ms + 80ms));
  EXPECT_TRUE(got.body.ends_with("data: [DONE]\n\n"));
  EXPECT_EQ(got.body.find("usage"), std::string::npos);
  EXPECT_EQ(null_->lateness().count(), 4U);
  EXPECT_EQ(null_->lateness().max(), 0);
}

TEST_F(NullServerTest, UsageComesWhenItIsAskedFor) {
  const Got got = ask({.model = "m", .tokens = 2}, "POST", "/v1/completions",
                      R"({"stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_NE(got.body.find(R"("completion_tokens":2)"), std::string::npos);
}

TEST_F(NullServerTest, AWholeAnswerComesWithItsLastToken) {
  const Got got =
      ask({.model = "m", .first = 50ms, .gap = 10ms, .tokens = 4}, "POST", "/v1/completions", "{}");
  EXPECT_EQ(got.at, Time(3ms + 80ms));
  EXPECT_NE(got.body.find(R"("text":" token token token token")"), std::string::npos);
}

// Asked for at 3 ms: the first token is due at 23, and so at the next multiple of 10.
TEST_F(NullServerTest, InLockstepTokensAreDueAtMultiplesOfTheGap) {
  const Got got = ask({.model = "m", .first = 20ms, .gap = 10ms, .tokens = 3, .lockstep = true},
                      "POST", "/v1/completions", R"({"stream":true})");
  EXPECT_EQ(got.times, "27000,37000,47000");
  EXPECT_EQ(null_->step_lateness().count(), 3U);
  EXPECT_EQ(null_->step_lateness().max(), 0);
}

TEST_F(NullServerTest, HasItsModelAndNothingElse) {
  EXPECT_NE(ask({.model = "m"}, "GET", "/v1/models").body.find(R"("id":"m")"), std::string::npos);
  EXPECT_EQ(ask({.model = "m"}, "GET", "/health").status, 200);
  EXPECT_EQ(ask({.model = "m"}, "GET", "/metrics").status, 404);
}

}  // namespace
}  // namespace spillway::serve
