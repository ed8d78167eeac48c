// SPDX-License-Identifier: Apache-2.0
#include "net/url.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace spillway::net {
namespace {

TEST(UrlTest, HasItsParts) {
  const Url url = parse_url("http://node-1.local:9000/v1/completions/");
  EXPECT_FALSE(url.tls);
  EXPECT_EQ(url.host, "node-1.local");
  EXPECT_EQ(url.port, 9000);
  EXPECT_EQ(url.path, "/v1/completions");
  EXPECT_EQ(url.authority(), "node-1.local:9000");
}

TEST(UrlTest, TheSchemeSaysThePort) {
  const Url plain = parse_url("http://127.0.0.1");
  EXPECT_EQ(plain.port, 80);
  EXPECT_EQ(plain.path, "");
  EXPECT_EQ(plain.authority(), "127.0.0.1");
  const Url safe = parse_url("https://example.org/");
  EXPECT_TRUE(safe.tls);
  EXPECT_EQ(safe.port, 443);
  EXPECT_EQ(safe.authority(), "example.org");
  EXPECT_EQ(parse_url("https://example.org:80").authority(), "example.org:80");
}

TEST(UrlTest, AnIpv6AddressStandsInBrackets) {
  const Url url = parse_url("http://[::1]:8000/v1");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 8000);
  EXPECT_EQ(url.authority(), "[::1]:8000");
  EXPECT_EQ(parse_url("http://[fe80::2]").authority(), "[fe80::2]");
}

TEST(UrlTest, RefusesWhatIsNoBaseUrl) {
  for (const char* const bad : {"",
                                "localhost:8000",
                                "ftp://a",
                                "http://",
                                "http:///v1",
                                "http://:80",
                                "http://a:",
                                "http://a:0",
                                "http://a:65536",
                                "http://a:8x",
                                "http://a:-1",
                                "http://[::1",
                                "http://[::1]8",
                                "http://[a]",
                                "http://[zz::]",
                                "http://u:p@a/",
                                "http://a/?q",
                                "http://a/#f",
                                "http://a b/",
                                "http://a/\r\nX: y",
                                "http://::1/"}) {
    EXPECT_THROW(parse_url(bad), Error) << bad;
  }
}

TEST(UrlTest, SaysWhatIsWrongWithIt) {
  try {
    parse_url("http://a:99999");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "read the URL \"http://a:99999\": the port is no number from 1 to 65535; give it as "
        "http://HOST:PORT/PATH");
  }
}

}  // namespace
}  // namespace spillway::net
