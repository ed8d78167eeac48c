// SPDX-License-Identifier: Apache-2.0
// How far is the null server from bare sockets? The server on one core, this client on another,
// each figure beside that of a plain loop of send() over as many connections, in turns:
//   small      whole answers under wrk, beside those that nginx gives of a file of the same size
//   events     single SSE events of one stream, as fast as they go
//   staggered  2,000 streams at 30 ms between tokens: how late writes are
//   lockstep   the same, all due at the same instants: when the last write of a step has returned
//   idle       resident memory of a connection that does nothing
// Without the packages nginx-light and wrk, `small` is left out, and says so.
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
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "bench/serving.h"
#include "core/child_process.h"
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

const std::string kNginx = "/usr/sbin/nginx";
// nginx with one worker on the first core and one file of so many bytes at /answer.
class Nginx {
 public:
  Nginx(const std::string& directory, std::size_t bytes) : port_(free_port()) {
    std::ofstream(directory + "/answer") << std::string(bytes, 'x');
    std::ofstream(directory + "/nginx.conf") << fmt::format(
        "daemon off; user root; worker_processes 1; pid {0}/pid; error_log {0}/error;\n"
        "events {{ worker_connections 1024; }}\n"
        "http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000;\n"
        "open_file_cache max=10; default_type application/json;\n"
        "client_body_temp_path {0}/t1; proxy_temp_path {0}/t2; fastcgi_temp_path {0}/t3;\n"
        "uwsgi_temp_path {0}/t4; scgi_temp_path {0}/t5;\n"
        "server {{ listen 127.0.0.1:{1}; root {0}; }} }}\n",
        directory, port_);
    child_.emplace(ChildOptions{.arguments = {kNginx, "-c", directory + "/nginx.conf"},
                                .output = directory + "/said",
                                .cpus = {0}});
    for (int tries = 0; tries < 100; ++tries) {
      try {
        connected_to(port_);
        return;
      } catch (const Error&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    }
    throw Error(fmt::format("start nginx: it does not answer; see {}/error", directory));
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}/answer", port_); }

 private:
  std::uint16_t port_;
  std::optional<ChildProcess> child_;
};

// How many bytes the body of our /v1/models has.
std::size_t models_bytes(const std::string& program) {
  const Server server(program, {});
  const UniqueFd socket = connected_to(server.port());
  send_all(socket.get(), "GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
  std::array<char, 4096> answer{};
  const ssize_t got = ::read(socket.get(), answer.data(), answer.size());
  if (got <= 0) throw Error("read /v1/models: no answer");
  const std::string_view text(answer.data(), static_cast<std::size_t>(got));
  return text.size() - text.find("\r\n\r\n") - 4;
}

// GET /v1/models: a whole answer of our server, as small as they come.
void compare_small_answers(const std::string& program) {
  if (!is_installed(kNginx) || !has_wrk()) {
    fmt::print("small: left out, for `apt-get install nginx-light wrk`\n");
    return;
  }
  const std::string directory = temporary_directory("bench_serve");
  {
    const Nginx nginx(directory, models_bytes(program));
    std::vector<double> ratios;
    for (int pair = 0; pair < 4; ++pair) {
      const Server server(program, {});
      const std::string url = fmt::format("http://127.0.0.1:{}/v1/models", server.port());
      double ours = 0;
      double theirs = 0;
      if (pair % 2 == 0) ours = wrk_requests_per_s(directory, {url});
      theirs = wrk_requests_per_s(directory, {nginx.url()});
      if (pair % 2 == 1) ours = wrk_requests_per_s(directory, {url});
      fmt::print("small: nginx {:.0f}/s, served {:.0f}/s, ratio {:.2f}\n", theirs, ours,
                 ours / theirs);
      ratios.push_back(ours / theirs);
    }
    print_ratios("small", ratios, 0.35, true);
  }
  std::filesystem::remove_all(directory);
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

// The last write of a step: of the server after it was due, of the loop after it began.
void compare_steps(const std::string& program, std::size_t streams, double seconds) {
  std::vector<double> ratios;
  for (int pair = 0; pair < 4; ++pair) {
    double bare = 0;
    if (pair % 2 == 0) bare = bare_step_us(streams, 100);
    const std::string said = served_streams(program, streams, seconds, true);
    if (pair % 2 == 1) bare = bare_step_us(streams, 100);
    const double served = std::stod(said.substr(said.find("p50", said.find("steps")) + 4));
    fmt::print("lockstep, {} streams: bare step {:.0f} us, served {:.0f} us, ratio {:.2f}\n",
               streams, bare, served, served / bare);
    ratios.push_back(served / bare);
  }
  print_ratios("lockstep", ratios, 1.3, false);
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
  compare_small_answers(program);
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
  print_ratios("events", ratios, 0.75, true);
  fmt::print("idle: {:.1f} KiB a connection\n", idle_kib(program, streams));
  fmt::print("staggered, {} streams: {}", streams,
             served_streams(program, streams, seconds, false));
  compare_steps(program, streams, seconds);
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
