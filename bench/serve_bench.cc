// SPDX-License-Identifier: Apache-2.0
// How far is the null server from bare sockets? The server on one core, this client on another,
// each figure beside that of a plain loop of send() over as many connections, in turns:
//   events     single SSE events of one stream, as fast as they go
//   staggered  2,000 streams at 30 ms between tokens: how late writes are
//   lockstep   the same, all due at the same instants: when the last write of a step has returned
//   idle       resident memory of a connection that does nothing
// Usage: bench_serve SPILLWAY [streams] [seconds]
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/error.h"
#include "core/unique_fd.h"

namespace spillway {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// An event as the null server writes it, with its chunk's head: what the bare loop sends.
const std::string kEvent =
    "d6\r\ndata: {\"id\":\"chatcmpl-null\",\"object\":\"chat.completion.chunk\",\"created\":0,"
    "\"model\":\"llama3.1-8b\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" token\"},"
    "\"logprobs\":null,\"finish_reason\":null}]}\n\n\r\n";
const std::string kBody = R"({"model":"llama3.1-8b","stream":true,"messages":[]})";

void pin_to(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  if (::sched_setaffinity(0, sizeof set, &set) != 0) throw_errno("pin", "this thread");
}

UniqueFd connected_to(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof address);
  if (::connect(socket.get(), &generic, sizeof address) != 0) throw_errno("connect to", "a server");
  return socket;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) throw_errno("send to", "a socket");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void send_request(int socket) {
  send_all(socket, fmt::format("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: "
                               "{}\r\n\r\n{}",
                               kBody.size(), kBody));
}

// Reads all sockets until so many bytes have come, or until each has shown the end of a stream.
class Drain {
 public:
  explicit Drain(const std::vector<UniqueFd>& sockets) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (const UniqueFd& socket : sockets) {
      ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
      epoll_event event{.events = EPOLLIN, .data = {.fd = socket.get()}};
      ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event);
    }
  }

  void until_bytes(std::uint64_t count) {
    while (bytes_ < count) turn();
  }
  void until_ends(std::size_t streams) {
    while (ends_ < streams) turn();
  }

 private:
  void turn() {
    std::array<epoll_event, 256> events{};
    const int ready = ::epoll_wait(epoll_.get(), events.data(), events.size(), 1000);
    for (int i = 0; i < ready; ++i) {
      const ssize_t got =
          ::read(events.at(static_cast<std::size_t>(i)).data.fd, buffer_.data(), buffer_.size());
      if (got <= 0) continue;
      bytes_ += static_cast<std::uint64_t>(got);
      const std::string_view text(buffer_.data(), static_cast<std::size_t>(got));
      if (text.find("Write-Times-Us: ") != std::string_view::npos) ++ends_;
    }
  }

  UniqueFd epoll_;
  std::vector<char> buffer_ = std::vector<char>(std::size_t{256} << 10U);
  std::uint64_t bytes_ = 0;
  std::size_t ends_ = 0;
};

// The server, pinned to the first core; what it says at its end is its own account of lateness.
class Server {
 public:
  Server(const std::string& program, const std::vector<std::string>& settings) {
    std::array<int, 2> out{};
    std::array<int, 2> err{};
    if (::pipe(out.data()) != 0 || ::pipe(err.data()) != 0) throw_errno("make", "a pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      pin_to(0);
      ::dup2(out[1], STDOUT_FILENO);
      ::dup2(err[1], STDERR_FILENO);
      std::vector<std::string> all = {program, "serve", "--null", "--port", "0"};
      all.insert(all.end(), settings.begin(), settings.end());
      std::vector<char*> arguments;
      for (std::string& one : all) arguments.push_back(one.data());
      arguments.push_back(nullptr);
      ::execv(program.c_str(), arguments.data());
      std::_Exit(127);
    }
    ::close(out[1]);
    ::close(err[1]);
    err_ = UniqueFd(err[0]);
    std::array<char, 256> line{};
    const UniqueFd first(out[0]);
    if (::read(first.get(), line.data(), line.size() - 1) <= 0) throw Error("start the server");
    const std::string text = line.data();
    port_ = static_cast<std::uint16_t>(std::stoi(text.substr(text.find(':', 6) + 1)));
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    if (pid_ > 0) end();
  }

  std::uint16_t port() const { return port_; }
  double resident_kib() const {
    std::ifstream status(fmt::format("/proc/{}/status", pid_));
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
    }
    return 0;
  }
  std::string end() {
    ::kill(pid_, SIGTERM);
    std::string all;
    std::array<char, 512> piece{};
    for (ssize_t got = 0; (got = ::read(err_.get(), piece.data(), piece.size())) > 0;) {
      all.append(piece.data(), static_cast<std::size_t>(got));
    }
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
    return all.substr(all.find("Ended"));
  }

 private:
  pid_t pid_ = 0;
  UniqueFd err_;
  std::uint16_t port_ = 0;
};

// Connections of a loop of send() on the first core to this thread on the second.
struct Bare {
  explicit Bare(std::size_t count) {
    const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    std::memcpy(&generic, &address, sizeof address);
    ::bind(listener.get(), &generic, sizeof address);
    ::listen(listener.get(), 4096);
    socklen_t length = sizeof address;
    ::getsockname(listener.get(), &generic, &length);
    std::memcpy(&address, &generic, sizeof address);
    for (std::size_t i = 0; i < count; ++i) {
      theirs.push_back(connected_to(ntohs(address.sin_port)));
      ours.emplace_back(::accept(listener.get(), nullptr, nullptr));
      const int on = 1;
      ::setsockopt(ours.back().get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
  }
  std::vector<UniqueFd> ours;
  std::vector<UniqueFd> theirs;
};

double bare_events_per_s(std::uint64_t events) {
  const Bare bare(1);
  const auto began = Clock::now();
  std::jthread sender([&] {
    pin_to(0);
    for (std::uint64_t i = 0; i < events; ++i) send_all(bare.ours[0].get(), kEvent);
  });
  Drain(bare.theirs).until_bytes(events * kEvent.size());
  return static_cast<double>(events) / Seconds(Clock::now() - began).count();
}

double served_events_per_s(const std::string& program, std::uint64_t events) {
  const Server server(program, {"--tokens", std::to_string(events)});
  std::vector<UniqueFd> sockets;
  sockets.push_back(connected_to(server.port()));
  const auto began = Clock::now();
  send_request(sockets[0].get());
  Drain(sockets).until_ends(1);
  return static_cast<double>(events) / Seconds(Clock::now() - began).count();
}

double quantile(std::vector<double>& values, double q) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

// Microseconds after which the last send() of a step over all streams has returned: the median.
double bare_step_us(std::size_t streams, int steps) {
  const Bare bare(streams);
  std::vector<double> lasts;
  std::jthread sender([&] {
    pin_to(0);
    for (int step = 0; step < steps; ++step) {
      const auto began = Clock::now();
      for (const UniqueFd& socket : bare.ours) send_all(socket.get(), kEvent);
      lasts.push_back(Seconds(Clock::now() - began).count() * 1e6);
      std::this_thread::sleep_until(began + std::chrono::milliseconds(30));
    }
  });
  Drain(bare.theirs).until_bytes(static_cast<std::uint64_t>(steps) * streams * kEvent.size());
  sender.join();
  return quantile(lasts, 0.5);
}

std::string served_streams(const std::string& program, std::size_t streams, double seconds,
                           bool lockstep) {
  const auto tokens = static_cast<int>(seconds / 0.030);
  std::vector<std::string> settings = {"--ttft-ms", "500",      "--itl-ms",
                                       "30",        "--tokens", std::to_string(tokens)};
  if (lockstep) settings.emplace_back("--lockstep");
  Server server(program, settings);
  std::vector<UniqueFd> sockets;
  for (std::size_t i = 0; i < streams; ++i) sockets.push_back(connected_to(server.port()));
  const auto began = Clock::now();
  for (std::size_t i = 0; i < streams; ++i) {  // spread over one gap between tokens
    std::this_thread::sleep_until(began + std::chrono::microseconds(30'000 * i / streams));
    send_request(sockets[i].get());
  }
  Drain(sockets).until_ends(streams);
  sockets.clear();
  return server.end();
}

double idle_kib(const std::string& program, std::size_t connections) {
  const Server server(program, {});
  const double before = server.resident_kib();
  std::vector<UniqueFd> sockets;
  for (std::size_t i = 0; i < connections; ++i) sockets.push_back(connected_to(server.port()));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  return (server.resident_kib() - before) / static_cast<double>(connections);
}

int run(const std::string& program, std::size_t streams, double seconds) {
  pin_to(1);
  constexpr std::uint64_t kEvents = 400'000;
  std::vector<double> ratios;
  for (int pair = 0; pair < 5; ++pair) {
    const double bare = bare_events_per_s(kEvents);
    const double served = served_events_per_s(program, kEvents);
    fmt::print("events: bare {:.0f}/s, served {:.0f}/s, ratio {:.2f}\n", bare, served,
               served / bare);
    ratios.push_back(served / bare);
  }
  fmt::print("events: median ratio {:.2f}\n", quantile(ratios, 0.5));
  fmt::print("idle: {:.1f} KiB a connection\n", idle_kib(program, streams));
  fmt::print("staggered, {} streams: {}", streams,
             served_streams(program, streams, seconds, false));
  for (int pair = 0; pair < 3; ++pair) {
    fmt::print("lockstep, {} streams: bare step {:.0f} us\n", streams, bare_step_us(streams, 100));
    fmt::print("lockstep, {} streams: {}", streams,
               served_streams(program, streams, seconds, true));
  }
  return 0;
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "Usage: bench_serve SPILLWAY [streams] [seconds]\n");
    return 2;
  }
  constexpr rlim_t kFiles = 65536;
  const rlimit files{.rlim_cur = kFiles, .rlim_max = kFiles};
  ::setrlimit(RLIMIT_NOFILE, &files);
  try {
    return spillway::run(argv[1], argc > 2 ? std::stoul(argv[2]) : 2000,
                         argc > 3 ? std::stod(argv[3]) : 10);
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_serve: {}\n", error.what());
    return 1;
  }
}
