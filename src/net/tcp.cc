// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <fmt/core.h>

#include <chrono>
#include <coroutine>
#include <tuple>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/error.h"

namespace spillway::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// How long to wait for descriptors when there are none left.
constexpr std::chrono::milliseconds kNoDescriptorsPause(20);

// Waits until a socket is readable or writable, was closed, or the stop. cancel() ends every wait
// on the socket, so one frame's stop may wake the other's: it tries again, and waits again.
template <typename Socket>
class Readiness final : private async::StopListener {
 public:
  Readiness(async::Loop& loop, Socket& socket, tcp::socket::wait_type what, async::Stop& stop)
      : loop_(loop), socket_(socket), what_(what), stop_(stop) {}

  bool await_ready() const { return stop_.requested(); }
  void await_suspend(std::coroutine_handle<> frame) {
    stop_.listen(*this);
    socket_.async_wait(what_, [this, frame](const error_code&) {
      leave();
      loop_.resume(frame);
    });
  }
  void await_resume() const {}

 private:
  void on_stop() override {
    error_code ignored;  // a socket that is closed has no waits
    socket_.cancel(ignored);
  }

  async::Loop& loop_;
  Socket& socket_;
  tcp::socket::wait_type what_;
  async::Stop& stop_;
};

bool would_block(const error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again ||
         error == asio::error::interrupted;
}

Transfer failed(const error_code& error) {
  return {.ended = Ended::failed, .error = error.value()};
}

class TcpStream final : public Stream {
 public:
  TcpStream(async::Loop& loop, tcp::socket socket) : loop_(loop), socket_(std::move(socket)) {
    socket_.non_blocking(true);
    socket_.set_option(tcp::no_delay(true));
  }

  Transfer try_read(std::span<char> into) override {
    if (drained_) return {.ended = Ended::would_block};
    error_code error;
    const std::size_t count = socket_.receive(asio::buffer(into.data(), into.size()), 0, error);
    if (error == asio::error::eof || error == asio::error::bad_descriptor) {
      return {.ended = Ended::closed};
    }
    if (error) return would_block(error) ? Transfer{.ended = Ended::would_block} : failed(error);
    drained_ = count < into.size();
    return {.bytes = count};
  }

  Transfer try_write(std::string_view bytes) override {
    error_code error;
    const std::size_t count = socket_.send(asio::buffer(bytes.data(), bytes.size()), 0, error);
    if (error) return would_block(error) ? Transfer{.ended = Ended::would_block} : failed(error);
    return {.bytes = count};
  }

  async::Task<> readable(async::Stop& stop) override {
    const async::Wait wait(loop_, "bytes from a socket");
    if (socket_.is_open()) co_await Readiness(loop_, socket_, tcp::socket::wait_read, stop);
    drained_ = false;
  }
  async::Task<> writable(async::Stop& stop) override {
    const async::Wait wait(loop_, "room in a socket");
    if (socket_.is_open()) co_await Readiness(loop_, socket_, tcp::socket::wait_write, stop);
  }

  bool peer_is_local() const override {
    error_code error;
    const tcp::endpoint peer = socket_.remote_endpoint(error);
    return !error && peer.address().is_loopback();
  }

  void end_writing() override {
    error_code ignored;  // the peer may be gone already
    std::ignore = socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;  // likewise
    std::ignore = socket_.close(ignored);
  }

 private:
  async::Loop& loop_;
  tcp::socket socket_;
  bool drained_ = false;  // the last read took all there was: only a wait can tell of more
};

asio::ip::address address_of(const std::string& text) {
  if (text == "localhost") return asio::ip::address_v4::loopback();
  error_code error;
  const asio::ip::address address = asio::ip::make_address(text, error);
  if (error) {
    throw Error(
        fmt::format("listen on {}: not an address; give a numeric one such as 127.0.0.1", text));
  }
  return address;
}

}  // namespace

bool is_loopback(const std::string& address) {
  if (address == "localhost") return true;
  error_code error;
  const asio::ip::address parsed = asio::ip::make_address(address, error);
  return !error && parsed.is_loopback();
}

struct Listener::Socket {
  tcp::acceptor acceptor;
};

Listener::Listener(async::Loop& loop, const std::string& address, std::uint16_t port)
    : loop_(loop), socket_(new Socket{.acceptor = tcp::acceptor(loop.io_context())}) {
  const tcp::endpoint endpoint(address_of(address), port);
  tcp::acceptor& acceptor = socket_->acceptor;
  try {
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(tcp::acceptor::max_listen_connections);
    acceptor.non_blocking(true);
  } catch (const boost::system::system_error& failure) {
    throw Error(fmt::format("listen on {} port {}: {}", address, port, failure.code().message()));
  }
}

Listener::~Listener() = default;

std::uint16_t Listener::port() const { return socket_->acceptor.local_endpoint().port(); }

async::Task<std::unique_ptr<Stream>> Listener::accept(async::Stop& stop) {
  const async::Wait wait(loop_, "a connection");
  while (!stop.requested()) {
    error_code error;
    tcp::socket socket(loop_.io_context());
    std::ignore = socket_->acceptor.accept(socket, error);
    if (!error) co_return std::make_unique<TcpStream>(loop_, std::move(socket));
    if (would_block(error)) {
      co_await Readiness(loop_, socket_->acceptor, tcp::acceptor::wait_read, stop);
    } else if (error == asio::error::no_descriptors || error == asio::error::no_memory) {
      co_await loop_.sleep_for(kNoDescriptorsPause, stop);
    }
  }
  co_return nullptr;
}

struct Peer::Address {
  std::vector<tcp::endpoint> endpoints;
};

Peer::Peer(const std::string& host, std::uint16_t port)
    : name_(fmt::format("{}:{}", host, port)), address_(std::make_unique<Address>()) {
  asio::io_context context;
  tcp::resolver resolver(context);
  error_code error;
  for (const auto& entry : resolver.resolve(host, std::to_string(port), error)) {
    address_->endpoints.push_back(entry.endpoint());
  }
  if (error) throw Error(fmt::format("resolve {}: {}", host, error.message()));
}

Peer::~Peer() = default;
Peer::Peer(Peer&& other) noexcept = default;
Peer& Peer::operator=(Peer&& other) noexcept = default;

struct Connecting {
  static const std::vector<tcp::endpoint>& endpoints(const Peer& peer) {
    return peer.address_->endpoints;
  }

  // Until it is connected, or has failed.
  static async::Task<error_code> one(async::Loop& loop, tcp::socket& socket, tcp::endpoint endpoint,
                                     async::Stop& stop) {
    error_code error;
    std::ignore = socket.open(endpoint.protocol(), error);
    if (error) co_return error;
    socket.non_blocking(true);
    std::ignore = socket.connect(endpoint, error);
    if (error != asio::error::in_progress && !would_block(error)) co_return error;
    co_await Readiness(loop, socket, tcp::socket::wait_write, stop);
    if (stop.requested()) co_return asio::error::operation_aborted;
    int result = 0;
    socklen_t length = sizeof result;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &result, &length) != 0) {
      result = errno;
    }
    co_return error_code(result, boost::system::system_category());
  }
};

async::Task<Connected> connect(async::Loop& loop, const Peer& peer, async::Stop& stop) {
  const async::Wait wait(loop, "a connection to be made");
  Connected connected;
  for (const tcp::endpoint& endpoint : Connecting::endpoints(peer)) {
    tcp::socket socket(loop.io_context());
    const error_code error = co_await Connecting::one(loop, socket, endpoint, stop);
    if (stop.requested()) {
      connected.failure = {.ended = Ended::stopped};
      co_return connected;
    }
    if (!error) {
      connected.stream = std::make_unique<TcpStream>(loop, std::move(socket));
      co_return connected;
    }
    connected.failure = failed(error);
  }
  co_return connected;
}

}  // namespace spillway::net
