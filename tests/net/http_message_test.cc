// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::net {
namespace {

using State = HttpRequestReader::State;

constexpr std::string_view kPost =
    "POST /v1/completions?a=b HTTP/1.1\r\nHost: x\r\nX-Request-ID: 7\r\nContent-Length: "
    "5\r\n\r\nhello";

TEST(HttpMessageTest, ReadsARequestThatComesByteByByte) {
  HttpRequestReader reader({});
  std::string bytes;
  State state = State::needs_more;
  for (const char c : kPost) {
    ASSERT_EQ(state, State::needs_more);
    bytes += c;
    state = reader.feed(bytes);
  }
  ASSERT_EQ(state, State::done);
  const HttpRequest request = reader.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.path(), "/v1/completions");
  EXPECT_EQ(request.query(), "a=b");
  EXPECT_EQ(request.header("x-request-id"), "7");
  EXPECT_EQ(request.header("absent"), "");
  EXPECT_EQ(request.body, "hello");
  EXPECT_TRUE(request.keep_alive);
}

TEST(HttpMessageTest, LeavesTheNextRequestAlone) {
  HttpRequestReader reader({});
  std::string bytes = std::string(kPost) + "GET / HT";
  EXPECT_EQ(reader.feed(bytes), State::done);
  EXPECT_EQ(bytes, "GET / HT");
}

TEST(HttpMessageTest, JoinsAChunkedBody) {
  HttpRequestReader reader({});
  std::string bytes =
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n";
  ASSERT_EQ(reader.feed(bytes), State::done);
  EXPECT_EQ(reader.take().body, "hello!");
}

TEST(HttpMessageTest, KnowsWhoWantsTheConnectionClosed) {
  HttpRequestReader old({});
  std::string bytes = "GET / HTTP/1.0\r\n\r\n";
  ASSERT_EQ(old.feed(bytes), State::done);
  const HttpRequest request = old.take();
  EXPECT_FALSE(request.keep_alive);
  EXPECT_FALSE(request.chunked_answers);

  HttpRequestReader closing({});
  bytes = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
  ASSERT_EQ(closing.feed(bytes), State::done);
  EXPECT_FALSE(closing.take().keep_alive);
}

TEST(HttpMessageTest, KnowsWhoWaitsToBeAskedForTheBody) {
  HttpRequestReader reader({});
  std::string bytes = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(reader.feed(bytes), State::needs_more);
  EXPECT_TRUE(reader.wants_continue());
  bytes = "ok";
  EXPECT_EQ(reader.feed(bytes), State::done);
  EXPECT_FALSE(reader.wants_continue());
}

struct Refused {
  std::string name;
  std::string bytes;
  int status;
};

class HttpMessageRefusalTest : public testing::TestWithParam<Refused> {};

TEST_P(HttpMessageRefusalTest, SaysWhatIsWrong) {
  HttpRequestReader reader({.head = Bytes(256), .body = Bytes(64)});
  std::string bytes = GetParam().bytes;
  ASSERT_EQ(reader.feed(bytes), State::failed);
  EXPECT_EQ(reader.status(), GetParam().status);
  EXPECT_FALSE(reader.fault().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Bad, HttpMessageRefusalTest,
    testing::Values(
        Refused{"no_http", "what is this\r\n\r\n", 400},
        Refused{"no_version", "GET /\r\n\r\n", 400},
        Refused{"bad_length", "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400},
        Refused{"two_lengths",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        Refused{"length_and_chunks",
                "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Refused{"bad_chunk", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        Refused{"long_head", "GET / HTTP/1.1\r\nA: " + std::string(300, 'a'), 431},
        Refused{"long_body", "POST / HTTP/1.1\r\nContent-Length: 65\r\n\r\n", 413},
        Refused{
            "long_chunks",
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n" + std::string(65, 'a'),
            413}),
    [](const auto& test) { return test.param.name; });

TEST(HttpMessageTest, NamesStatuses) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(429), "Too Many Requests");
}

}  // namespace
}  // namespace spillway::net
