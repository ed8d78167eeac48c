// SPDX-License-Identifier: Apache-2.0
#include "load/model_resolver.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "tests/load/piped_server.h"

namespace spillway::load {
namespace {

using async::Group;
using async::Task;
using std::chrono_literals::operator""s;
using Answers = std::vector<std::pair<int, std::string>>;

// A server that gives one answer after the other, the last again and again, in virtual time.
class ModelResolverTest : public testing::Test {
 protected:
  ResolvedModel resolve(const Answers& answers, const ResolveOptions& options) {
    std::size_t next = 0;
    PipedServer server(loop_, [&](net::HttpExchange& exchange) -> Task<> {
      const auto& [status, body] = answers[std::min(next++, answers.size() - 1)];
      co_await exchange.respond(status, "application/json", body);
    });
    ResolvedModel resolved;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      server.serve_in(group);
      server.refuse = answers.empty();
      CompletionClient client(loop_, server, {.headers = {{"Host", "t"}}, .stream_total = {}});
      resolved = co_await resolve_model(loop_, client, options, group.stop());
      if (!answers.empty()) {
        counted_ = co_await count_models(client, "/v1/models", 1s, group.stop());
      }
      group.stop().request();
    }));
    return resolved;
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
  std::optional<std::size_t> counted_;
};

TEST_F(ModelResolverTest, TheFirstModelCounts) {
  EXPECT_EQ(resolve({{200, R"({"data":[{"id":"a"},{"id":"b"}]})"}}, {}).id, "a");
  EXPECT_EQ(loop_.now(), Time());
  EXPECT_EQ(counted_, 2U);
}

// Refused, nothing, no list, and then one: a look every two seconds.
TEST_F(ModelResolverTest, AServerThatStartsIsLookedAtAgain) {
  const Answers answers = {
      {503, ""}, {200, R"({"data":[]})"}, {200, "<html>"}, {200, R"({"data":[{"id":"m"}]})"}};
  EXPECT_EQ(resolve(answers, {.timeout = 60s, .poll = 2s}).id, "m");
  EXPECT_EQ(loop_.now(), Time(6s));
}

TEST_F(ModelResolverTest, TheTimeIsLimitedAndTheLastErrorKept) {
  const ResolvedModel none = resolve({{503, ""}}, {.timeout = 5s, .poll = 2s});
  EXPECT_EQ(none.id, "");
  EXPECT_EQ(none.error, "HTTP 503");
  EXPECT_EQ(loop_.now(), Time(5s));
  EXPECT_EQ(counted_, std::nullopt);
}

TEST_F(ModelResolverTest, ARefusalIsNoEnd) {
  const ResolvedModel none = resolve({}, {.timeout = 3s, .poll = 2s});
  EXPECT_EQ(none.error, "Connection refused");
  EXPECT_EQ(loop_.now(), Time(3s));
}

}  // namespace
}  // namespace spillway::load
