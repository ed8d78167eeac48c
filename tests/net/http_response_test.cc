// SPDX-License-Identifier: Apache-2.0
#include "net/http_response.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::net {
namespace {

using State = HttpResponseReader::State;

constexpr Bytes kHeadLimit(256);

// Feeds `bytes` in pieces of `piece`, and then the end; what is not used is given again.
struct Reading {
  State state = State::needs_more;
  std::string body;
  std::size_t used = 0;
};

Reading read(HttpResponseReader& reader, std::string_view bytes, std::size_t piece) {
  Reading reading;
  for (std::size_t given = 0; given < bytes.size() && reading.state != State::done;) {
    given = std::min(given + piece, bytes.size());
    HttpResponseReader::Step step;
    do {
      step = reader.feed(bytes.substr(reading.used, given - reading.used));
      reading.used += step.used;
      reading.body += step.body;
      reading.state = step.state;
    } while (step.state == State::head || step.state == State::body);
    if (step.state == State::failed) return reading;
  }
  if (reading.state != State::done) reading.state = reader.end();
  return reading;
}

constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n7;note=x\r\n, world\r\n0\r\nX-Sum: 12\r\n\r\n";

TEST(HttpResponseTest, JoinsChunksHoweverTheyAreCut) {
  for (std::size_t piece = 1; piece <= kChunked.size(); ++piece) {
    HttpResponseReader reader(kHeadLimit, false);
    const Reading reading = read(reader, kChunked, piece);
    ASSERT_EQ(reading.state, State::done) << piece;
    EXPECT_EQ(reading.body, "hello, world");
    EXPECT_EQ(reader.response().status, 200);
    EXPECT_EQ(reader.response().header("content-type"), "text/plain");
    EXPECT_EQ(find_header(reader.response().trailers, "x-sum"), "12");
    EXPECT_EQ(reader.response().header("x-sum"), "");
    EXPECT_TRUE(reader.response().keep_alive);
  }
}

TEST(HttpResponseTest, GivesViewsOfTheBytesThatItReads) {
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP";
  HttpResponseReader reader(kHeadLimit, false);
  const auto head = reader.feed(bytes);
  ASSERT_EQ(head.state, State::head);
  const auto body = reader.feed(std::string_view(bytes).substr(head.used));
  ASSERT_EQ(body.state, State::body);
  EXPECT_EQ(body.body.data(), bytes.data() + head.used);
  EXPECT_EQ(body.body, "abc");
  EXPECT_EQ(reader.feed("HTTP").state, State::done);
}

TEST(HttpResponseTest, PassesOverInterimAnswers) {
  HttpResponseReader reader(kHeadLimit, false);
  const Reading reading =
      read(reader,
           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: y\r\n\r\n"
           "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
           3);
  EXPECT_EQ(reading.state, State::done);
  EXPECT_EQ(reading.body, "ok");
  EXPECT_EQ(reader.response().status, 201);
  EXPECT_EQ(reader.response().header("x"), "");
}

TEST(HttpResponseTest, ABodyWithoutALengthEndsWithTheConnection) {
  HttpResponseReader reader(kHeadLimit, false);
  const Reading reading = read(reader, "HTTP/1.1 500 No\r\n\r\nall of this", 100);
  EXPECT_EQ(reading.state, State::done);
  EXPECT_EQ(reading.body, "all of this");
  EXPECT_FALSE(reader.response().keep_alive);
}

TEST(HttpResponseTest, SomeAnswersHaveNoBody) {
  HttpResponseReader head(kHeadLimit, true);
  EXPECT_EQ(read(head, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", 100).state, State::done);
  HttpResponseReader none(kHeadLimit, false);
  EXPECT_EQ(read(none, "HTTP/1.1 204 No Content\r\n\r\n", 100).state, State::done);
}

TEST(HttpResponseTest, RefusesWhatIsNoResponse) {
  for (const std::string& bad :
       {std::string("what is this\r\n\r\n"), std::string("HTTP/1.1 abc\r\n\r\n"),
        std::string("HTTP/2 200 OK\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        std::string("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nA: " + std::string(300, 'a'), std::string()}) {
    HttpResponseReader reader(kHeadLimit, false);
    EXPECT_EQ(read(reader, bad, 100).state, State::failed) << bad;
    EXPECT_FALSE(reader.fault().empty()) << bad;
    EXPECT_EQ(reader.end(), State::failed);
  }
}

TEST(HttpResponseTest, KnowsWhatWasCutShort) {
  for (std::size_t length = 1; length < kChunked.size(); ++length) {
    HttpResponseReader reader(kHeadLimit, false);
    EXPECT_EQ(read(reader, kChunked.substr(0, length), 100).state, State::failed) << length;
    EXPECT_EQ(reader.fault(), "it was cut short");
  }
}

}  // namespace
}  // namespace spillway::net
