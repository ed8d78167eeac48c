// SPDX-License-Identifier: Apache-2.0
#include "net/origin.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "async/clock.h"
#include "async/group.h"
#include "core/error.h"
#include "tests/net/certificates.h"
#include "tests/text/temporary_directory.h"

namespace spillway::net {
namespace {

using async::Group;
using async::Task;

// A listener that greets by TLS when there is a context, and a client of it.
class OriginTest : public testing::Test {
 protected:
  static std::string certify(const std::string& directory) {
    make_certificate(directory + "/server", "IP:127.0.0.1");
    return directory;
  }

  Dialled dial(const std::string& scheme, const TlsClientOptions& options, const TlsContext* tls) {
    Listener listener(loop_, "127.0.0.1", 0);
    const Origin origin(
        parse_url(scheme + "://127.0.0.1:" + std::to_string(listener.port()) + "/v1"), options);
    Dialled dialled;
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      group.spawn(greet(listener, tls));
      dialled = co_await origin.dial(loop_, group.stop());
    }));
    return dialled;
  }

  Task<> greet(Listener& listener, const TlsContext* tls) {
    served_ = co_await listener.accept(stop_);
    if (tls == nullptr) co_return;
    Greeted greeted = co_await handshake(*tls, std::move(served_), "", stop_);
    served_ = std::move(greeted.stream);
  }

  TemporaryDirectory home_;
  std::string directory_ = certify(home_.path());
  async::RealClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
  TlsContext server_ = TlsContext::server(directory_ + "/server.pem", directory_ + "/server.key");
  std::unique_ptr<Stream> served_;
};

TEST_F(OriginTest, DialsByTcp) {
  const Dialled dialled = dial("http", {}, nullptr);
  ASSERT_NE(dialled.stream, nullptr);
  EXPECT_EQ(dialled.fault, DialFault::none);
}

TEST_F(OriginTest, DialsByTls) {
  const Dialled dialled = dial("https", {.ca_file = directory_ + "/server.pem"}, &server_);
  ASSERT_NE(dialled.stream, nullptr) << dialled.detail;
  ASSERT_NE(served_, nullptr);
}

TEST_F(OriginTest, ACertificateThatNobodyTrustsIsATlsFault) {
  const Dialled dialled = dial("https", {}, &server_);
  EXPECT_EQ(dialled.stream, nullptr);
  EXPECT_EQ(dialled.fault, DialFault::tls);
  EXPECT_NE(dialled.detail.find("certificate"), std::string::npos) << dialled.detail;
}

TEST_F(OriginTest, NobodyThereIsAConnectFault) {
  const Origin origin(parse_url("http://127.0.0.1:1"));
  Dialled dialled;
  loop_.run([](const Origin& to, async::Loop& loop, async::Stop& stop, Dialled& got) -> Task<> {
    got = co_await to.dial(loop, stop);
  }(origin, loop_, stop_, dialled));
  EXPECT_EQ(dialled.fault, DialFault::connect);
  EXPECT_EQ(dialled.detail, "Connection refused");
  EXPECT_EQ(origin.authority(), "127.0.0.1:1");
}

TEST_F(OriginTest, AMissingCaFileIsAnError) {
  EXPECT_THROW(Origin(parse_url("https://127.0.0.1:1"), {.ca_file = directory_ + "/none"}), Error);
}

}  // namespace
}  // namespace spillway::net
