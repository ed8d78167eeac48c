// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "async/clock.h"
#include "async/group.h"
#include "net/pipe.h"
#include "net/tcp.h"

namespace spillway::net {
namespace {

using async::Group;
using async::Loop;
using async::Stop;
using async::Task;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;

Task<> answer_by_path(HttpExchange& exchange, Loop& loop) {
  const std::string_view path = exchange.request().path();
  if (path == "/echo") {
    co_await exchange.respond(200, "text/plain", exchange.request().body, {{"X-Twice", "no"}});
  } else if (path == "/stream") {
    co_await exchange.begin(200, "text/event-stream", {{"Trailer", "X-Sum"}});
    co_await exchange.write("data: a\n\n");
    co_await loop.sleep_for(10ms, exchange.gone());
    co_await exchange.write("data: b\n\n");
    co_await exchange.finish({{"X-Sum", "2"}});
  } else if (path == "/wait") {
    co_await exchange.watched([&]() -> Task<> { co_await loop.sleep_for(1h, exchange.gone()); });
  } else if (path == "/throw") {
    throw std::runtime_error("it broke");
  } else if (path == "/cut") {
    co_await exchange.begin(200, "text/plain");
    co_await exchange.write("half");
    exchange.cut();
  }
}

// A server in virtual time, and what a client gets that sends `bytes` and reads to the end.
class HttpServerTest : public testing::Test {
 protected:
  Task<> read_until_closed(Stream& stream, std::string& all) {
    std::array<char, 512> buffer{};
    while (true) {
      const Transfer read = co_await read_some(stream, buffer, stop_);
      if (!read.ok()) co_return;
      all.append(buffer.data(), read.bytes);
    }
  }

  std::string talk(const std::vector<std::string>& sent, Duration pause = 0ms) {
    auto ends = make_pipe(loop_);
    std::string all;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      group.spawn(server_.serve(std::move(ends.second), stop_));
      group.spawn(read_until_closed(*ends.first, all));
      for (const std::string& bytes : sent) {
        co_await write_all(*ends.first, bytes, stop_);
        co_await loop_.sleep_for(pause, stop_);
      }
    }));
    return all;
  }

  async::VirtualClock clock_;
  Loop loop_{clock_};
  Stop stop_;
  HttpServerOptions options_{.limits = {.head = Bytes(256), .body = Bytes(64)},
                             .idle = 20s,
                             .receive = 5s,
                             .send = 3s,
                             .total = 100s};
  HttpServer server_{
      loop_, [this](HttpExchange& exchange) { return answer_by_path(exchange, loop_); }, options_};
};

const std::string kClose = " HTTP/1.1\r\nConnection: close\r\n";

TEST_F(HttpServerTest, AnswersWhole) {
  EXPECT_EQ(talk({"POST /echo" + kClose + "Content-Length: 2\r\n\r\nhi"}),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Twice: no\r\nConnection: close\r\n"
            "Content-Length: 2\r\n\r\nhi");
  EXPECT_EQ(server_.counts().requests, 1U);
  EXPECT_EQ(server_.counts().by_status_class[2], 1U);
  EXPECT_EQ(server_.counts().in_flight, 0U);
  EXPECT_EQ(server_.counts().open, 0U);
}

TEST_F(HttpServerTest, AnswersInPiecesWithATrailer) {
  EXPECT_EQ(talk({"GET /stream" + kClose + "\r\n"}),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTrailer: X-Sum\r\n"
            "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            "9\r\ndata: a\n\n\r\n9\r\ndata: b\n\n\r\n0\r\nX-Sum: 2\r\n\r\n");
  EXPECT_EQ(clock_.now(), Time(10ms));
}

TEST_F(HttpServerTest, AnOldClientGetsThePiecesBare) {
  EXPECT_EQ(talk({"GET /stream HTTP/1.0\r\n\r\n"}),
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTrailer: X-Sum\r\n"
            "Connection: close\r\n\r\ndata: a\n\ndata: b\n\n");
}

TEST_F(HttpServerTest, AHeadRequestGetsNoBody) {
  const std::string answer = talk({"HEAD /echo" + kClose + "\r\n"});
  EXPECT_TRUE(answer.ends_with("Content-Length: 0\r\n\r\n")) << answer;
}

TEST_F(HttpServerTest, KeepsTheConnectionForThePipelinedNext) {
  const std::string first = "POST /echo HTTP/1.1\r\nContent-Length: 1\r\n\r\n1";
  const std::string answers = talk({first + "POST /echo" + kClose + "Content-Length: 1\r\n\r\n2"});
  EXPECT_NE(answers.find("Content-Length: 1\r\n\r\n1HTTP/1.1 200"), std::string::npos) << answers;
  EXPECT_TRUE(answers.ends_with("\r\n\r\n2"));
  EXPECT_EQ(server_.counts().requests, 2U);
}

TEST_F(HttpServerTest, AHandlerThatThrowsOrSaysNothingIsA500) {
  EXPECT_NE(talk({"GET /throw" + kClose + "\r\n"}).find("500 Internal Server Error"),
            std::string::npos);
  EXPECT_NE(talk({"GET /nothing" + kClose + "\r\n"}).find("left without an answer"),
            std::string::npos);
  EXPECT_EQ(server_.counts().by_status_class[5], 2U);
}

TEST_F(HttpServerTest, ACutAnswerHasNoEnd) {
  const std::string answer = talk({"GET /cut HTTP/1.1\r\n\r\n"});
  EXPECT_TRUE(answer.ends_with("4\r\nhalf\r\n")) << answer;
  EXPECT_EQ(server_.counts().by_status_class[0], 1U);
}

TEST_F(HttpServerTest, RefusesWhatIsNoRequest) {
  EXPECT_TRUE(talk({"nonsense\r\n\r\n"}).starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(talk({"GET / HTTP/1.1\r\nA: " + std::string(300, 'a')})
                  .starts_with("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
  EXPECT_TRUE(talk({"POST / HTTP/1.1\r\nContent-Length: 65\r\n\r\n"})
                  .starts_with("HTTP/1.1 413 Payload Too Large\r\n"));
}

TEST_F(HttpServerTest, CutsSlowSendersOff) {
  std::vector<std::string> slowly;
  for (int i = 0; i < 20; ++i) slowly.emplace_back("X: y\r\n");
  slowly.front() = "GET / HTTP/1.1\r\n";
  EXPECT_TRUE(talk(slowly, 1s).starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(HttpServerTest, EndsAnIdleConnection) {
  EXPECT_EQ(talk({}), "");
  EXPECT_EQ(clock_.now(), Time(20s));
}

TEST_F(HttpServerTest, EndsARequestThatTakesTooLong) {
  talk({"GET /wait" + kClose + "\r\n"});
  EXPECT_EQ(clock_.now(), Time(100s));
}

TEST_F(HttpServerTest, AsksForABodyThatWaitsToBeAsked) {
  const std::string answer =
      talk({"POST /echo" + kClose + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", "ok"}, 1s);
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")) << answer;
}

TEST_F(HttpServerTest, NoticesThatThePeerIsGone) {
  auto ends = make_pipe(loop_);
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(server_.serve(std::move(ends.second), stop_));
    co_await write_all(*ends.first, "GET /wait HTTP/1.1\r\n\r\n", stop_);
    co_await loop_.sleep_for(1s, stop_);
    ends.first->close();
  }));
  EXPECT_EQ(clock_.now(), Time(1s));
  EXPECT_EQ(server_.counts().in_flight, 0U);
}

// 512 bytes fit into the pipe; a reader that never reads costs a connection, not the server.
TEST_F(HttpServerTest, GivesUpOnAPeerThatDoesNotRead) {
  auto ends = make_pipe(loop_, 64);
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(server_.serve(std::move(ends.second), stop_));
    co_await write_all(*ends.first, "GET /stream HTTP/1.1\r\n\r\n", stop_);
  }));
  EXPECT_EQ(clock_.now(), Time(3s));
  EXPECT_EQ(server_.counts().by_status_class[0], 1U);
}

TEST_F(HttpServerTest, ADrainFinishesWhatIsUnderWay) {
  auto ends = make_pipe(loop_);
  auto idle = make_pipe(loop_);
  std::string answer;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(server_.serve(std::move(ends.second), stop_));
    group.spawn(server_.serve(std::move(idle.second), stop_));
    group.spawn(read_until_closed(*ends.first, answer));
    co_await write_all(*ends.first, "GET /stream HTTP/1.1\r\n\r\n", stop_);
    co_await loop_.sleep_for(5ms, stop_);
    server_.drain();
  }));
  EXPECT_TRUE(answer.ends_with("X-Sum: 2\r\n\r\n"));
  EXPECT_EQ(clock_.now(), Time(10ms));  // the idle one ended at once
}

// On real sockets: connections above the limit are told so, and a stop ends everything.
TEST(HttpServerTcpTest, ServesAndRefusesConnectionsAboveTheLimit) {
  async::RealClock clock;
  Loop loop(clock);
  Stop outer;
  HttpServer server(loop, [&](HttpExchange& exchange) { return answer_by_path(exchange, loop); },
                    {.limits = {}, .connections = 1});
  Listener listener(loop, "127.0.0.1", 0);
  const Peer peer("127.0.0.1", listener.port());
  std::string refused;
  loop.run(async::with_group(loop, outer, [&](Group& group) -> Task<> {
    Stop stop(outer);
    group.spawn(server.serve(listener, group.stop()));
    Connected first = co_await connect(loop, peer, stop);
    co_await write_all(*first.stream, "POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi", stop);
    std::array<char, 512> buffer{};
    const Transfer answer = co_await read_some(*first.stream, buffer, stop);
    EXPECT_GT(answer.bytes, 0U);
    Connected second = co_await connect(loop, peer, stop);
    const Transfer refusal = co_await read_some(*second.stream, buffer, stop);
    refused.assign(buffer.data(), refusal.bytes);
    group.stop().request();
  }));
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503")) << refused;
  EXPECT_EQ(server.counts().connections_refused, 1U);
  EXPECT_EQ(server.counts().open, 0U);
}

}  // namespace
}  // namespace spillway::net
