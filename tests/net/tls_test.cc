// SPDX-License-Identifier: Apache-2.0
#include "net/tls.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "async/clock.h"
#include "async/group.h"
#include "core/error.h"
#include "net/pipe.h"
#include "tests/net/certificates.h"
#include "tests/text/temporary_directory.h"

namespace spillway::net {
namespace {

using async::Group;
using async::Stop;
using async::Task;

class TlsTest : public testing::Test {
 protected:
  static std::string certify(const std::string& directory) {
    make_certificate(directory + "/server", "DNS:localhost,IP:127.0.0.1");
    make_certificate(directory + "/other", "DNS:localhost");
    return directory;
  }
  std::string at(const std::string& name) const { return directory_ + "/" + name; }

  // Both ends at once; what the server got is in `served_`.
  Greeted greet(const TlsContext& client, const std::string& host,
                std::size_t capacity = kPipeCapacity) {
    auto ends = make_pipe(loop_, capacity);
    below_ = ends.second.get();
    Greeted greeted;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      group.spawn(greet_one(server_, std::move(ends.second), "", served_));
      group.spawn(greet_one(client, std::move(ends.first), host, greeted));
      co_return;
    }));
    return greeted;
  }

  Task<> greet_one(const TlsContext& context, std::unique_ptr<Stream> stream, std::string host,
                   Greeted& greeted) {
    greeted = co_await handshake(context, std::move(stream), std::move(host), stop_);
  }

  Task<> read_to_end(Stream& from, std::string& all, Transfer& last) {
    std::array<char, 1000> buffer{};
    while (true) {
      last = co_await read_some(from, buffer, stop_);
      if (!last.ok()) co_return;
      all.append(buffer.data(), last.bytes);
    }
  }

  Task<> write_and_end(Stream& to, const std::string& text) {
    const Transfer written = co_await write_all(to, text, stop_);
    EXPECT_EQ(written.bytes, text.size());
    to.end_writing();
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  Stop stop_;
  TemporaryDirectory home_;
  std::string directory_ = certify(home_.path());
  TlsContext server_ = TlsContext::server(at("server.pem"), at("server.key"));
  TlsContext trusting_ = TlsContext::client({.ca_file = at("server.pem")});
  Greeted served_;
  Stream* below_ = nullptr;  // of the server's stream
};

TEST_F(TlsTest, CarriesBothDirectionsThroughLittleRoom) {
  const Greeted client = greet(trusting_, "localhost", 700);
  ASSERT_TRUE(client.stream) << client.failure;
  ASSERT_TRUE(served_.stream) << served_.failure;
  const std::string forth(200'000, 'f');
  const std::string back(150'000, 'b');
  std::string at_server;
  std::string at_client;
  Transfer server_end;
  Transfer client_end;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(write_and_end(*client.stream, forth));
    group.spawn(write_and_end(*served_.stream, back));
    group.spawn(read_to_end(*served_.stream, at_server, server_end));
    group.spawn(read_to_end(*client.stream, at_client, client_end));
    co_return;
  }));
  EXPECT_EQ(at_server, forth);
  EXPECT_EQ(at_client, back);
}

TEST_F(TlsTest, TellsAnOrderlyEndFromACutOne) {
  const Greeted client = greet(trusting_, "localhost");
  ASSERT_TRUE(client.stream && served_.stream);
  std::string text;
  Transfer last;
  loop_.run(write_and_end(*client.stream, "all of it"));
  loop_.run(read_to_end(*served_.stream, text, last));
  EXPECT_EQ(text, "all of it");
  EXPECT_EQ(last.ended, Ended::closed);

  EXPECT_EQ(served_.stream->try_write("half").bytes, 4U);
  below_->end_writing();
  text.clear();
  loop_.run(read_to_end(*client.stream, text, last));
  EXPECT_EQ(text, "half");
  EXPECT_EQ(last.ended, Ended::failed);
  EXPECT_EQ(last.error, EPROTO);
}

TEST_F(TlsTest, WhatIsSentIsEncrypted) {
  const Greeted client = greet(trusting_, "localhost");
  ASSERT_TRUE(client.stream);
  EXPECT_EQ(client.stream->try_write("a secret").bytes, 8U);
  std::array<char, 4096> wire{};
  const Transfer read = below_->try_read(wire);
  EXPECT_GT(read.bytes, 8U);
  EXPECT_EQ(std::string_view(wire.data(), read.bytes).find("secret"), std::string_view::npos);
}

TEST_F(TlsTest, TakesAddressesThatTheCertificateNames) {
  EXPECT_TRUE(greet(trusting_, "127.0.0.1").stream);
  EXPECT_FALSE(greet(trusting_, "127.0.0.2").stream);
}

TEST_F(TlsTest, RefusesAnotherHostsCertificate) {
  const Greeted client = greet(trusting_, "example.org");
  EXPECT_FALSE(client.stream);
  EXPECT_NE(client.failure.find("ostname mismatch"), std::string::npos) << client.failure;
}

TEST_F(TlsTest, RefusesACertificateOfAStranger) {
  const TlsContext client = TlsContext::client({.ca_file = at("other.pem")});
  const Greeted greeted = greet(client, "localhost");
  EXPECT_FALSE(greeted.stream);
  EXPECT_NE(greeted.failure.find("certificate verify failed"), std::string::npos)
      << greeted.failure;
}

TEST_F(TlsTest, AnInsecureClientTakesAny) {
  const TlsContext client = TlsContext::client({.ca_file = {}, .insecure = true});
  EXPECT_TRUE(greet(client, "example.org").stream);
}

TEST_F(TlsTest, APeerThatSpeaksSomethingElseFails) {
  auto ends = make_pipe(loop_);
  ends.first->try_write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  Greeted greeted;
  loop_.run(greet_one(server_, std::move(ends.second), "", greeted));
  EXPECT_FALSE(greeted.stream);
  EXPECT_FALSE(greeted.failure.empty());
}

TEST_F(TlsTest, APeerThatGoesAwayFails) {
  auto ends = make_pipe(loop_);
  ends.first->close();
  Greeted greeted;
  loop_.run(greet_one(server_, std::move(ends.second), "", greeted));
  EXPECT_EQ(greeted.failure, "the peer closed the connection");
}

TEST_F(TlsTest, AStopEndsAHandshake) {
  auto ends = make_pipe(loop_);
  stop_.request();
  Greeted greeted;
  loop_.run(greet_one(server_, std::move(ends.second), "", greeted));
  EXPECT_EQ(greeted.failure, "stopped");
}

TEST_F(TlsTest, RefusesFilesThatAreNoKeysOrNotTheirs) {
  std::ofstream(at("bad.pem")) << "not PEM\n";
  EXPECT_THROW(TlsContext::server(at("none.pem"), at("server.key")), Error);
  EXPECT_THROW(TlsContext::server(at("bad.pem"), at("server.key")), Error);
  EXPECT_THROW(TlsContext::server(at("server.pem"), at("bad.pem")), Error);
  EXPECT_THROW(TlsContext::client({.ca_file = at("bad.pem")}), Error);
  try {
    TlsContext::server(at("server.pem"), at("other.key"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "read the TLS key " + at("other.key") +
                                             ": key values mismatch; give the PEM file with the "
                                             "key of the certificate");
  }
}

}  // namespace
}  // namespace spillway::net
