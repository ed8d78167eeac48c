// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "async/alarm.h"
#include "async/clock.h"
#include "async/group.h"
#include "net/http_server.h"
#include "net/pipe.h"

namespace spillway::net {
namespace {

using async::Group;
using async::Stop;
using async::Task;
using std::chrono_literals::operator""ms;

struct Got {
  HttpHead head;
  std::string body;
  std::vector<Time> piece_times;
  HttpFault ended = HttpFault::none;
};

// A client in virtual time at one end of a pipe, and a peer with a script at the other.
class HttpClientTest : public testing::Test {
 protected:
  HttpClientTest() : HttpClientTest(HttpClientOptions{.head = Bytes(256), .buffer = Bytes(512)}) {}
  explicit HttpClientTest(const HttpClientOptions& options) {
    auto ends = make_pipe(loop_);
    client_.emplace(loop_, std::move(ends.first), options);
    peer_ = std::move(ends.second);
  }

  Task<> exchange(Got& got, Stop& stop, std::string body = {}) {
    const HttpCall call{
        .method = body.empty() ? "GET" : "POST", .target = "/x", .headers = headers_, .body = body};
    got.head = co_await client_->send(call, stop);
    got.ended = got.head.fault;
    while (got.ended == HttpFault::none) {
      const BodyPiece piece = co_await client_->read_body(stop);
      got.ended = piece.fault;
      if (!piece.ok()) co_return;
      got.body += piece.bytes;
      got.piece_times.push_back(piece.at);
    }
  }

  // The peer sends `pieces`, 10 ms apart, and then closes if it `closes`.
  Task<> say(std::vector<std::string> pieces, bool closes) {
    for (const std::string& piece : pieces) {
      co_await loop_.sleep_for(10ms, stop_);
      co_await write_all(*peer_, piece, stop_);
    }
    if (closes) peer_->close();
  }

  Got get(std::vector<std::string> answer, bool closes = false) {
    Got got;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      group.spawn(say(std::move(answer), closes));
      co_await exchange(got, stop_);
    }));
    return got;
  }

  std::string sent() {
    std::array<char, 4096> buffer{};
    const Transfer read = peer_->try_read(buffer);
    return {buffer.data(), read.bytes};
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  Stop stop_;
  Headers headers_{{"Host", "x:1"}, {"X-Id", "7"}};
  std::unique_ptr<Stream> peer_;
  std::optional<HttpClient> client_;
};

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST_F(HttpClientTest, WritesTheRequestAsGiven) {
  get({kOk});
  EXPECT_EQ(sent(), "GET /x HTTP/1.1\r\nHost: x:1\r\nX-Id: 7\r\n\r\n");
  Got got;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(say({kOk}, false));
    co_await exchange(got, stop_, "hi");
  }));
  EXPECT_EQ(sent(), "POST /x HTTP/1.1\r\nHost: x:1\r\nX-Id: 7\r\nContent-Length: 2\r\n\r\nhi");
}

TEST_F(HttpClientTest, HandsPiecesOnAsTheyArriveWithTheirTimes) {
  const Got got = get({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n",
                       "1\r\nb\r\n1\r\nc\r\n", "0\r\n\r\n"});
  EXPECT_EQ(got.head.at, Time(10ms));
  EXPECT_EQ(got.body, "abc");
  EXPECT_EQ(got.piece_times, (std::vector<Time>{Time(20ms), Time(30ms), Time(30ms)}));
  EXPECT_TRUE(client_->reusable());
}

TEST_F(HttpClientTest, KeepsAConnectionThatBothEndsKeep) {
  EXPECT_EQ(get({kOk}).body, "ok");
  EXPECT_TRUE(client_->reusable());
  EXPECT_EQ(get({kOk}).body, "ok");
  get({"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_FALSE(client_->reusable());
}

TEST_F(HttpClientTest, BytesThatNobodyAskedForSpoilAConnection) {
  EXPECT_EQ(get({kOk + "HTTP/1.1 200"}).body, "ok");
  EXPECT_FALSE(client_->reusable());
}

TEST_F(HttpClientTest, TellsAClosedIdleConnectionFromACutAnswer) {
  get({kOk});
  peer_->close();
  Got idle;
  loop_.run(exchange(idle, stop_));
  EXPECT_EQ(idle.ended, HttpFault::idle_closed);
}

TEST_F(HttpClientTest, AFirstAnswerThatNeverBeginsIsCut) {
  EXPECT_EQ(get({}, true).head.fault, HttpFault::cut);
  EXPECT_FALSE(client_->reusable());
}

TEST_F(HttpClientTest, AnAnswerCutInItsHeadOrBodyIsCut) {
  const Got head = get({"HTTP/1.1 200 O"}, true);
  EXPECT_EQ(head.head.fault, HttpFault::cut);
  EXPECT_EQ(head.head.detail, "the peer closed the connection");
}

TEST_F(HttpClientTest, ABodyThatLacksBytesIsCut) {
  const Got got = get({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}, true);
  EXPECT_EQ(got.head.fault, HttpFault::none);
  EXPECT_EQ(got.body, "half");
  EXPECT_EQ(got.ended, HttpFault::cut);
  EXPECT_FALSE(client_->reusable());
}

TEST_F(HttpClientTest, ABodyMayEndWithTheConnection) {
  const Got got = get({"HTTP/1.1 200 OK\r\n\r\nall", " of it"}, true);
  EXPECT_EQ(got.body, "all of it");
  EXPECT_EQ(got.ended, HttpFault::none);
  EXPECT_FALSE(client_->reusable());
}

TEST_F(HttpClientTest, AnAnswerThatIsNoHttpIsMalformed) {
  const Got got = get({"220 mail.example ESMTP\r\n"});
  EXPECT_EQ(got.head.fault, HttpFault::malformed);
  EXPECT_FALSE(got.head.detail.empty());
}

TEST_F(HttpClientTest, ABodyGoneWrongIsMalformed) {
  const Got got =
      get({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n", "zz\r\n"});
  EXPECT_EQ(got.body, "a");
  EXPECT_EQ(got.ended, HttpFault::malformed);
}

TEST_F(HttpClientTest, AHeadOverTheLimitIsMalformed) {
  const Got got = get({"HTTP/1.1 200 OK\r\nA: " + std::string(300, 'a') + "\r\n\r\n"});
  EXPECT_EQ(got.head.fault, HttpFault::malformed);
  EXPECT_EQ(got.head.detail, "its headers are too long");
}

TEST_F(HttpClientTest, TheLineOfAChunkIsBounded) {
  const Got got =
      get({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1;" + std::string(600, 'x')});
  EXPECT_EQ(got.ended, HttpFault::malformed);
}

TEST_F(HttpClientTest, AStopEndsTheWaitForAnAnswer) {
  Stop stop(stop_);
  async::Alarm alarm(loop_, stop);
  alarm.set(Time(50ms));
  Got got;
  loop_.run(exchange(got, stop));
  EXPECT_EQ(got.ended, HttpFault::stopped);
  EXPECT_EQ(clock_.now(), Time(50ms));
}

TEST_F(HttpClientTest, AStopEndsTheWaitForABody) {
  Stop stop(stop_);
  async::Alarm alarm(loop_, stop);
  alarm.set(Time(50ms));
  Got got;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(say({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"}, false));
    co_await exchange(got, stop);
  }));
  EXPECT_EQ(got.body, "half");
  EXPECT_EQ(got.ended, HttpFault::stopped);
  EXPECT_FALSE(client_->reusable());
}

TEST_F(HttpClientTest, SpeaksWithOurServer) {
  HttpServer server(loop_, [](HttpExchange& asked) -> Task<> {
    co_await asked.begin(200, "text/plain", {{"Trailer", "X-Sum"}});
    co_await asked.write(asked.request().body);
    co_await asked.write("!");
    co_await asked.finish({{"X-Sum", "2"}});
  });
  Got got;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(server.serve(std::move(peer_), group.stop()));
    co_await exchange(got, stop_, "hello");
    group.stop().request();
  }));
  EXPECT_EQ(got.body, "hello!");
  EXPECT_EQ(find_header(client_->trailers(), "x-sum"), "2");
}

TEST(HttpFaultTest, HasATextEach) {
  EXPECT_EQ(to_text(HttpFault::none), "none");
  EXPECT_EQ(to_text(HttpFault::stopped), "stopped");
  EXPECT_EQ(to_text(HttpFault::idle_closed), "the connection was closed while it was idle");
}

}  // namespace
}  // namespace spillway::net
