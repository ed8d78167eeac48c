// SPDX-License-Identifier: Apache-2.0
#include "load/completion_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "async/clock.h"
#include "tests/load/piped_server.h"

namespace spillway::load {
namespace {

using async::Group;
using async::Task;
using record::CompletionFault;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

// A client in virtual time; requests go out at 1 s.
class CompletionClientTest : public testing::Test {
 protected:
  void run(const net::HttpHandler& handler,
           const std::function<Task<>(CompletionClient&, PipedServer&, async::Stop&)>& body) {
    PipedServer server(loop_, handler);
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      server.serve_in(group);
      {
        CompletionClient client(loop_, server, options_);
        co_await loop_.sleep_for(1s, group.stop());
        co_await body(client, server, group.stop());
      }
      group.stop().request();
    }));
  }

  CompletionReply ask(const net::HttpHandler& handler, bool stream = true) {
    CompletionReply got;
    run(handler, [&](CompletionClient& client, PipedServer&, async::Stop& stop) -> Task<> {
      got = co_await client.complete(R"({"prompt":"x"})", stream, stop);
    });
    return got;
  }

  net::HttpHandler answers(int status, std::string body) {
    return [status, body](net::HttpExchange& exchange) -> Task<> {
      co_await exchange.respond(status, "application/json", body);
    };
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
  CompletionClientOptions options_{.headers = {{"Host", "test"}}, .stream_total = {}};
};

constexpr const char* kRole = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n";
constexpr const char* kWord = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n";

TEST_F(CompletionClientTest, EveryStampIsThatOfItsBytes) {
  const CompletionReply reply = ask([this](net::HttpExchange& exchange) -> Task<> {
    EXPECT_EQ(exchange.request().body, R"({"prompt":"x"})");
    EXPECT_EQ(exchange.request().header("content-type"), "application/json");
    co_await loop_.sleep_for(10ms, exchange.gone());
    co_await exchange.begin(200, "text/event-stream", {{"X-Request-Id", "r-1"}});
    for (const char* const event : {kRole, kWord, kWord}) {
      co_await loop_.sleep_for(20ms, exchange.gone());
      co_await exchange.write(event);
    }
    co_await exchange.write("data: [DONE]\n\n");
    co_await exchange.finish();
  });
  EXPECT_EQ(reply.fault, CompletionFault::none) << reply.error;
  EXPECT_EQ(reply.sent, Time(1s));
  EXPECT_EQ(reply.head, Time(1010ms));
  EXPECT_EQ(reply.first, Time(1030ms));
  EXPECT_EQ(reply.answer.first, Time(1030ms));
  EXPECT_THAT(reply.answer.contents, testing::ElementsAre(Time(1050ms), Time(1070ms)));
  EXPECT_EQ(reply.done, Time(1070ms));
  EXPECT_EQ(reply.answer.text, "aa");
  EXPECT_EQ(net::find_header(reply.headers, "x-request-id"), "r-1");
  EXPECT_TRUE(reply.fresh);
}

Task<> ask_one(CompletionClient& client, async::Stop& stop) {
  const CompletionReply reply = co_await client.complete("{}", false, stop);
  EXPECT_EQ(reply.fault, CompletionFault::none);
}

TEST_F(CompletionClientTest, ConnectionsAreKeptAndAsManyAsAsked) {
  run(answers(200, R"({"choices":[{"text":"abc"}]})"),
      [&](CompletionClient& client, PipedServer&, async::Stop& stop) -> Task<> {
        for (int i = 0; i < 3; ++i) {
          const CompletionReply reply = co_await client.complete("{}", false, stop);
          EXPECT_EQ(reply.answer.text, "abc");
          EXPECT_EQ(reply.fresh, i == 0);
        }
        EXPECT_EQ(client.connections(), 1U);
        co_await async::with_group(loop_, stop, [&](Group& group) -> Task<> {
          for (int i = 0; i < 300; ++i) group.spawn(ask_one(client, group.stop()));
          co_return;
        });
        EXPECT_EQ(client.connections(), 300U);
      });
}

TEST_F(CompletionClientTest, ARefusedConnectionIsThat) {
  run(answers(200, "{}"),
      [&](CompletionClient& client, PipedServer& server, async::Stop& stop) -> Task<> {
        server.refuse = true;
        const CompletionReply reply = co_await client.complete("{}", true, stop);
        EXPECT_EQ(reply.fault, CompletionFault::connect);
        EXPECT_EQ(reply.error, "Connection refused");
        EXPECT_EQ(reply.status, 0);
      });
}

TEST_F(CompletionClientTest, StatusesHaveClassesAndTheirMessages) {
  const CompletionReply limit = ask(answers(429, R"({"error":{"message":"slow down"}})"), false);
  EXPECT_EQ(limit.fault, CompletionFault::http_429);
  EXPECT_EQ(limit.error, "slow down");
  EXPECT_EQ(ask(answers(404, "{}"), false).error, "HTTP 404");
  EXPECT_EQ(ask(answers(404, "{}"), false).fault, CompletionFault::http_4xx);
  const CompletionReply broken = ask(answers(503, "<html>"), false);
  EXPECT_EQ(broken.fault, CompletionFault::http_5xx);
  EXPECT_EQ(broken.error, "HTTP 503: <html>");
  const CompletionReply stream = ask(answers(500, "boom"));
  EXPECT_EQ(stream.error, "HTTP 500: boom");
  EXPECT_EQ(stream.status, 500);
  EXPECT_EQ(ask(answers(302, ""), false).fault, CompletionFault::http_other);
}

TEST_F(CompletionClientTest, AnErrorInside200IsNoSuccess) {
  EXPECT_EQ(ask(answers(200, R"({"error":{"message":"boom"}})"), false).fault,
            CompletionFault::error_object);
  const CompletionReply stream = ask(answers(200, "data: {\"error\":{\"message\":\"boom\"}}\n\n"));
  EXPECT_EQ(stream.fault, CompletionFault::error_object);
  EXPECT_EQ(stream.error, "boom");
  const CompletionReply no_event = ask(answers(200, R"({"error":{"message":"no event"}})"));
  EXPECT_EQ(no_event.fault, CompletionFault::error_object);
  EXPECT_EQ(no_event.error, "no event");
  EXPECT_EQ(ask(answers(200, "oops"), false).fault, CompletionFault::malformed);
  EXPECT_EQ(ask(answers(200, "data: oops\n\n")).fault, CompletionFault::malformed);
}

TEST_F(CompletionClientTest, AStreamThatStallsEndsByTheStall) {
  options_.stall = 2s;
  const CompletionReply reply = ask([this](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.begin(200, "text/event-stream");
    co_await exchange.write(kWord);
    co_await exchange.watched([&]() -> Task<> { co_await loop_.sleep_for(100s, exchange.gone()); });
  });
  EXPECT_EQ(reply.fault, CompletionFault::stall);
  EXPECT_EQ(reply.done, Time(3s));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.answer.text, "a");
  EXPECT_EQ(reply.error, "nothing came for too long");
}

// A byte a second would go on for ever.
TEST_F(CompletionClientTest, ARequestHasADeadlineWhateverComes) {
  options_.stall = 2s;
  options_.stream_total = 5s;
  const CompletionReply reply = ask([this](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.begin(200, "text/event-stream");
    bool here = true;
    while (here) {
      here = co_await exchange.write(kWord);
      if (here) here = co_await loop_.sleep_for(1s, exchange.gone());
    }
  });
  EXPECT_EQ(reply.fault, CompletionFault::timeout);
  EXPECT_EQ(reply.done, Time(6s));
}

TEST_F(CompletionClientTest, AnAnswerThatIsCutIsNoAnswer) {
  const CompletionReply reply = ask([](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.begin(200, "text/event-stream");
    co_await exchange.write(kWord);
    exchange.cut();
  });
  EXPECT_EQ(reply.fault, CompletionFault::cut);
  EXPECT_EQ(reply.error, "the answer was cut short");
}

TEST_F(CompletionClientTest, WhatIsNotHttpIsThat) {
  const CompletionReply reply = ask([](net::HttpExchange& exchange) -> Task<> {
    co_await exchange.write_raw("SSH-2.0-OpenSSH\r\n\r\n");
    exchange.cut();
  });
  EXPECT_EQ(reply.fault, CompletionFault::protocol);
}

TEST_F(CompletionClientTest, TheEndOfTheRunIsNoFailureOfTheServer) {
  run(
      [this](net::HttpExchange& exchange) -> Task<> {
        co_await loop_.sleep_for(100s, exchange.gone());
      },
      [&](CompletionClient& client, PipedServer&, async::Stop& stop) -> Task<> {
        async::Stop mine(stop);
        async::Alarm alarm(loop_, mine);
        alarm.set(loop_.now() + 1s);
        const CompletionReply reply = co_await client.complete("{}", true, mine);
        EXPECT_EQ(reply.fault, CompletionFault::stopped);
        EXPECT_EQ(reply.error, "the run ended");
      });
}

TEST_F(CompletionClientTest, GetsPages) {
  run(answers(200, "page"),
      [&](CompletionClient& client, PipedServer& server, async::Stop& stop) -> Task<> {
        const CompletionClient::Page page = co_await client.get("/v1/models", 1s, stop);
        EXPECT_EQ(page.status, 200);
        EXPECT_EQ(page.body, "page");
        client.close_idle();
        server.refuse = true;
        const CompletionClient::Page none = co_await client.get("/v1/models", 1s, stop);
        EXPECT_EQ(none.fault, CompletionFault::connect);
      });
}

}  // namespace
}  // namespace spillway::load
