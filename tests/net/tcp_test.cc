// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

#include "async/alarm.h"
#include "async/clock.h"
#include "async/group.h"
#include "core/error.h"

namespace spillway::net {
namespace {

using async::Group;
using async::Loop;
using async::Stop;
using async::Task;
using std::chrono_literals::operator""ms;

class TcpTest : public testing::Test {
 protected:
  async::RealClock clock_;
  Loop loop_{clock_};
  Stop stop_;
};

// Sends back what it reads, until the peer has ended.
Task<> echo_once(Listener& listener, Stop& stop) {
  const std::unique_ptr<Stream> stream = co_await listener.accept(stop);
  std::array<char, 4096> buffer{};
  while (true) {
    const Transfer read = co_await read_some(*stream, buffer, stop);
    if (!read.ok()) break;
    co_await write_all(*stream, std::string_view(buffer.data(), read.bytes), stop);
  }
  stream->end_writing();
}

Task<> send_and_end(Stream& stream, const std::string& text, Stop& stop) {
  const Transfer written = co_await write_all(stream, text, stop);
  EXPECT_EQ(written.bytes, text.size());
  stream.end_writing();
}

Task<> read_all(Stream& stream, std::string& all, Stop& stop) {
  std::array<char, 4096> buffer{};
  while (true) {
    const Transfer read = co_await read_some(stream, buffer, stop);
    if (!read.ok()) break;
    all.append(buffer.data(), read.bytes);
  }
}

TEST_F(TcpTest, CarriesMoreThanItsBuffersBothWays) {
  Listener listener(loop_, "127.0.0.1", 0);
  const Peer peer("127.0.0.1", listener.port());
  std::string sent(8U << 20U, 'x');
  for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
  std::string received;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn(echo_once(listener, stop_));
    Connected connected = co_await connect(loop_, peer, stop_);
    Stream& stream = *connected.stream;
    co_await async::with_group(loop_, stop_, [&](Group& both) -> Task<> {
      both.spawn(send_and_end(stream, sent, stop_));
      both.spawn(read_all(stream, received, stop_));
      co_return;
    });
  }));
  EXPECT_EQ(received, sent);
}

TEST_F(TcpTest, ARefusedConnectionSaysSo) {
  std::uint16_t port = 0;
  {
    const Listener listener(loop_, "127.0.0.1", 0);
    port = listener.port();
  }
  const Peer peer("127.0.0.1", port);
  Connected connected;
  loop_.run([](Loop& loop, const Peer& to, Stop& stop, Connected& result) -> Task<> {
    result = co_await connect(loop, to, stop);
  }(loop_, peer, stop_, connected));
  EXPECT_EQ(connected.stream, nullptr);
  EXPECT_EQ(connected.failure.error, ECONNREFUSED);
}

TEST_F(TcpTest, AnAlarmEndsAReadThatWaits) {
  Listener listener(loop_, "127.0.0.1", 0);
  const Peer peer("127.0.0.1", listener.port());
  Transfer read;
  loop_.run(
      [](Loop& loop, Listener& from, const Peer& to, Stop& outer, Transfer& result) -> Task<> {
        Connected connected = co_await connect(loop, to, outer);
        const std::unique_ptr<Stream> accepted = co_await from.accept(outer);
        Stop stop(outer);
        async::Alarm alarm(loop, stop);
        alarm.set(loop.now() + 5ms);
        std::array<char, 8> buffer{};
        result = co_await read_some(*accepted, buffer, stop);
      }(loop_, listener, peer, stop_, read));
  EXPECT_EQ(read.ended, Ended::stopped);
}

TEST_F(TcpTest, ClosingWakesWhoReads) {
  Listener listener(loop_, "127.0.0.1", 0);
  const Peer peer("127.0.0.1", listener.port());
  Transfer read;
  loop_.run([](Loop& loop, Listener& from, const Peer& to, Stop& stop, Transfer& result) -> Task<> {
    Connected connected = co_await connect(loop, to, stop);
    const std::unique_ptr<Stream> accepted = co_await from.accept(stop);
    co_await async::with_group(loop, stop, [&](Group& group) -> Task<> {
      group.spawn([](Stream& its, Stop& at, Transfer& outcome) -> Task<> {
        std::array<char, 8> buffer{};
        outcome = co_await read_some(its, buffer, at);
      }(*accepted, stop, result));
      co_await loop.yield();
      co_await loop.yield();
      accepted->close();
    });
  }(loop_, listener, peer, stop_, read));
  EXPECT_EQ(read.ended, Ended::closed);
}

// A frame that is always ready must not keep the sockets from being looked at.
TEST_F(TcpTest, WorkThatIsAlwaysReadyDoesNotStarveSockets) {
  Listener listener(loop_, "127.0.0.1", 0);
  const Peer peer("127.0.0.1", listener.port());
  bool busy = true;
  loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
    group.spawn([](Loop& loop, const bool& goes_on) -> Task<> {
      while (goes_on) co_await loop.yield();
    }(loop_, busy));
    group.spawn(echo_once(listener, stop_));
    Connected connected = co_await connect(loop_, peer, stop_);
    co_await write_all(*connected.stream, "ping", stop_);
    std::array<char, 8> buffer{};
    const Transfer read = co_await read_some(*connected.stream, buffer, stop_);
    EXPECT_EQ(read.bytes, 4U);
    connected.stream->end_writing();
    busy = false;
  }));
}

TEST_F(TcpTest, AStopEndsAccepting) {
  Listener listener(loop_, "127.0.0.1", 0);
  std::unique_ptr<Stream> stream;
  loop_.run([](Loop& loop, Listener& from, Stop& outer) -> Task<> {
    Stop stop(outer);
    async::Alarm alarm(loop, stop);
    alarm.set(loop.now() + 2ms);
    const std::unique_ptr<Stream> none = co_await from.accept(stop);
    EXPECT_EQ(none, nullptr);
  }(loop_, listener, stop_));
}

TEST_F(TcpTest, RefusesWhatIsNoAddressAndAPortThatIsTaken) {
  EXPECT_THROW(Listener(loop_, "not-an-address", 0), Error);
  const Listener first(loop_, "127.0.0.1", 0);
  try {
    const Listener second(loop_, "127.0.0.1", first.port());
    ADD_FAILURE() << "listened twice";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("Address already in use"), std::string::npos);
  }
}

TEST(TcpAddressTest, LoopbackIsWhatOnlyThisMachineReaches) {
  EXPECT_TRUE(is_loopback("127.0.0.1"));
  EXPECT_TRUE(is_loopback("127.8.8.8"));
  EXPECT_TRUE(is_loopback("::1"));
  EXPECT_TRUE(is_loopback("localhost"));
  EXPECT_FALSE(is_loopback("0.0.0.0"));
  EXPECT_FALSE(is_loopback("::"));
  EXPECT_FALSE(is_loopback("192.0.2.1"));
  EXPECT_FALSE(is_loopback("nonsense"));
}

}  // namespace
}  // namespace spillway::net
