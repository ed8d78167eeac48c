// SPDX-License-Identifier: Apache-2.0
// How far is our client from bare sockets and from its peers? The server on one core, the client on
// another, in turns:
//   requests  whole answers of the null server: ours with its rows on record, wrk, httpx
//   events    server-sent events, 16 in a segment: ours, a loop of recv() that counts them, httpx
//   streams   5,000 streams at once, 50 ms between tokens
//   truth     the null server at TTFT 20 ms and ITL 5 ms, 1,000 requests/s of 64 tokens: what ours
//   says memory    many requests in a row: resident memory after a tenth and at the end
// Without the packages wrk and python3-httpx, these are left out, and it says so.
// Usage: bench_drive SPILLWAY [requests|events|streams|truth|memory] [requests of `memory`]
#include <arpa/inet.h>
#include <fmt/core.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
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
#include "core/error.h"
#include "core/unique_fd.h"
#include "scenario/client_trial.h"

namespace spillway {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
using scenario::ClientTrial;
using scenario::ClientTrialResult;

constexpr unsigned kClientCore = 1;
constexpr int kPairs = 4;
const std::string kPython = "/usr/bin/python3";

// A directory for the rows and peers of one program run.
class Work {
 public:
  Work() : path_(temporary_directory("bench_drive")) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

  ClientTrialResult try_ours(ClientTrial trial) const {
    trial.rows = path_ + "/requests.jsonl";
    std::filesystem::remove(trial.rows);
    ClientTrialResult result = scenario::try_client(trial);
    if (result.failed > 0) {
      throw Error(
          fmt::format("drive the server: {} failed: {}", result.failed, result.first_error));
    }
    return result;
  }

  bool has_httpx() const {
    return is_installed(kPython) &&
           output_of(path_, {kPython, "-c", "import httpx"}).find("Error") == std::string::npos;
  }

 private:
  std::string path_;
};

double per_s(std::uint64_t count, Duration length) {
  return static_cast<double>(count) / to_seconds(length);
}

// The second argument is the URL, the third how many requests; prints requests and texts a second.
const std::string kHttpx = R"(
import asyncio, httpx, sys, time
async def main(url, total, stream):
    left, texts = total, 0
    body = {"model": "x", "prompt": "How long does this take?", "max_tokens": 256, "stream": stream}
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=64)) as client:
        async def work():
            nonlocal left, texts
            while left > 0:
                left -= 1
                if stream:
                    async with client.stream("POST", url, json=body) as answer:
                        async for line in answer.aiter_lines():
                            if line.startswith("data:"): texts += 1
                else:
                    answer = await client.post(url, json=body)
                    answer.raise_for_status()
        began = time.monotonic()
        await asyncio.gather(*[work() for _ in range(1 if stream else 16)])
        took = time.monotonic() - began
    print("RATES", total / took, texts / took)
asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3] == "stream"))
)";

// Requests, or texts, a second.
double httpx_per_s(const Work& work, const std::string& url, int requests, bool stream) {
  const std::string script = work.path() + "/client.py";
  std::ofstream(script) << kHttpx;
  const std::string said =
      output_of(work.path(), {kPython, script, url + "/v1/completions", std::to_string(requests),
                              stream ? "stream" : "whole"});
  const std::size_t at = said.find("RATES");
  if (at == std::string::npos) throw Error(fmt::format("drive a server by httpx: {}", said));
  std::size_t read = 0;
  const double whole = std::stod(said.substr(at + 6), &read);
  return stream ? std::stod(said.substr(at + 6 + read)) : whole;
}

double wrk_posts_per_s(const Work& work, const std::string& url) {
  const std::string script = work.path() + "/post.lua";
  std::ofstream(script) << "wrk.method = 'POST'\n"
                           "wrk.headers['Content-Type'] = 'application/json'\n"
                           "wrk.body = '{\"model\":\"x\",\"prompt\":\"How long does this take?\","
                           "\"max_tokens\":256,\"stream\":false}'\n";
  return wrk_requests_per_s(work.path(), {"-s", script, url + "/v1/completions"});
}

ClientTrial closed(const std::string& url, bool stream, std::uint32_t connections,
                   std::uint64_t requests) {
  ClientTrial trial{.base_url = url, .stream = stream, .load = {}, .rows = {}};
  trial.load.concurrency = connections;
  trial.load.requests = requests;
  return trial;
}

void compare_requests(const std::string& program, const Work& work) {
  constexpr std::uint64_t kRequests = 200'000;
  std::vector<double> beside_wrk;
  std::vector<double> rates;
  for (int pair = 0; pair < kPairs; ++pair) {
    const Server server(program, {});
    const double wrk = has_wrk() ? wrk_posts_per_s(work, server.url()) : 0;
    const ClientTrialResult ours = work.try_ours(closed(server.url(), false, 64, kRequests));
    rates.push_back(per_s(ours.load.sent, ours.load.duration));
    fmt::print("requests: wrk {:.0f}/s, ours {:.0f}/s, {:.2f} us of CPU each\n", wrk, rates.back(),
               to_seconds(ours.cpu) * 1e6 / static_cast<double>(ours.load.sent));
    if (wrk > 0) beside_wrk.push_back(rates.back() / wrk);
  }
  fmt::print("requests: {:.0f}/s, to be at least 60000\n", quantile(rates, 0.5));
  if (!beside_wrk.empty()) print_ratios("requests, beside wrk", beside_wrk, 0, true);
  if (!work.has_httpx()) {
    fmt::print("requests: httpx is left out, for `apt-get install python3-httpx`\n");
    return;
  }
  const Server server(program, {});
  const double httpx = httpx_per_s(work, server.url(), 6'000, false);
  fmt::print("requests: httpx {:.0f}/s, ours is {:.0f} times as fast\n", httpx,
             quantile(rates, 0.5) / httpx);
}

// Answers every request on its connections with the same stream of events, 16 in one send().
class PackedSender {
 public:
  PackedSender(std::uint64_t events) : sends_((events + kPacked - 1) / kPacked) {
    for (int i = 0; i < kPacked; ++i) packed_ += kEvent;
    listener_ = UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic{};
    socklen_t length = sizeof address;
    std::memcpy(&generic, &address, sizeof address);
    if (::bind(listener_.get(), &generic, length) != 0) throw_errno("bind", "a socket");
    ::listen(listener_.get(), 16);
    ::getsockname(listener_.get(), &generic, &length);
    std::memcpy(&address, &generic, sizeof address);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  PackedSender(const PackedSender&) = delete;
  PackedSender& operator=(const PackedSender&) = delete;
  ~PackedSender() { ::shutdown(listener_.get(), SHUT_RDWR); }

  std::uint64_t events() const { return sends_ * kPacked; }
  std::uint16_t port() const { return port_; }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

 private:
  static constexpr int kPacked = 16;
  static constexpr std::string_view kEvent =
      "c2\r\ndata: {\"id\":\"cmpl-null\",\"object\":\"text_completion\",\"created\":1700000000,"
      "\"model\":\"meta-llama/Llama-3.1-8B-Instruct\",\"choices\":[{\"index\":0,\"text\":\" "
      "token\","
      "\"logprobs\":null,\"finish_reason\":null}]}\n\n\r\n";

  void serve() {
    pin_to(0);
    while (true) {
      const UniqueFd socket(::accept(listener_.get(), nullptr, nullptr));
      if (!socket) return;
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      try {
        answer(socket.get());
      } catch (const Error&) {
        continue;  // the client has gone
      }
    }
  }
  void answer(int socket) const {
    std::array<char, 8192> request{};
    while (::read(socket, request.data(), request.size()) > 0) {
      send_all(socket,
               "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: "
               "chunked\r\n\r\n");
      for (std::uint64_t i = 0; i < sends_; ++i) send_all(socket, packed_);
      send_all(socket, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
    }
  }

  std::uint64_t sends_;
  std::string packed_;
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

void read_stream(int socket, std::uint64_t expected) {
  send_all(socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  std::array<char, std::size_t{64} << 10U> buffer;
  std::uint64_t events = 0;
  bool after_line = false;
  while (events <= expected) {  // [DONE] is one, too
    const ssize_t got = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (got <= 0) throw_errno("read", "a stream");
    const char* at = buffer.data();
    const char* const end = at + got;
    while (at < end) {
      const auto* const line =
          static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
      if (line == nullptr) break;
      if (line == at && after_line) ++events;
      after_line = true;
      at = line + 1;
    }
    after_line = after_line && at == end;
  }
}

// recv() and a count of the events' ends, on one connection.
double bare_events_per_s(const PackedSender& sender, std::uint64_t streams) {
  const UniqueFd socket = connected_to(sender.port());
  const auto began = Clock::now();
  for (std::uint64_t i = 0; i < streams; ++i) read_stream(socket.get(), sender.events());
  return static_cast<double>(sender.events() * streams) / Seconds(Clock::now() - began).count();
}

void compare_events(const Work& work) {
  constexpr std::uint64_t kStreams = 250;
  const PackedSender sender(16'384);
  std::vector<double> ratios;
  for (int pair = 0; pair < kPairs; ++pair) {
    const double bare = bare_events_per_s(sender, kStreams);
    const ClientTrialResult ours = work.try_ours(closed(sender.url(), true, 1, kStreams));
    const double rate = per_s(ours.sums.texts(), ours.load.duration);
    fmt::print("events: bare {:.0f}/s, ours {:.0f}/s, ratio {:.2f}\n", bare, rate, rate / bare);
    ratios.push_back(rate / bare);
  }
  print_ratios("events", ratios, 0.7, true);
  if (!work.has_httpx()) return;
  fmt::print("events: httpx {:.0f}/s\n", httpx_per_s(work, sender.url(), 8, true));
}

void many_streams(const std::string& program, const Work& work) {
  constexpr std::uint32_t kStreams = 5'000;
  const Server server(program, {"--ttft-ms", "500", "--itl-ms", "50", "--tokens", "100"});
  ClientTrial trial = closed(server.url(), true, kStreams, kStreams);
  trial.load.ramp = std::chrono::seconds(2);
  const ClientTrialResult ours = work.try_ours(trial);
  const analysis::ServedFigures served = ours.sums.served();
  fmt::print("streams: {} at once, {} texts, gaps p50 {:.3f} ms, p99 {:.3f} ms (50 ms are sent)\n",
             ours.load.most_in_flight, ours.sums.texts(), served.itl_ms->p50, served.itl_ms->p99);
}

void tell_truth(const std::string& program, const Work& work) {
  Server server(program, {"--ttft-ms", "20", "--itl-ms", "5", "--tokens", "64"});
  ClientTrial trial = closed(server.url(), true, 1, 10'000);
  trial.load.schedule = load::CallSchedule::rate;
  trial.load.rate.per_second = 1'000;
  trial.load.rate.gaps = load::Gaps::poisson;
  const ClientTrialResult ours = work.try_ours(trial);
  const analysis::ServedFigures served = ours.sums.served();
  fmt::print(
      "truth: TTFT p50 {:.3f} ms, p99 {:.3f} ms (20 ms are sent), ITL p50 {:.3f} ms, p99 {:.3f} ms "
      "(5 "
      "ms); medians to be within 0.1 ms, p99 within 1 ms; {:.0f} requests/s, {} late\n",
      served.ttft_ms->p50, served.ttft_ms->p99, served.itl_ms->p50, served.itl_ms->p99,
      per_s(ours.load.sent, ours.load.duration), ours.load.late);
  fmt::print("truth: the client's core was busy {:.0f} % of the time; the server says: {}\n",
             100 * to_seconds(ours.cpu) / to_seconds(ours.load.duration), server.end());
}

double resident_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

void watch_memory(const std::string& program, const Work& work, std::uint64_t requests) {
  const Server server(program, {});
  work.try_ours(closed(server.url(), false, 64, requests / 10));
  const double tenth = resident_mib();
  const ClientTrialResult ours = work.try_ours(closed(server.url(), false, 64, requests));
  fmt::print("memory: {:.0f} MiB after {} requests, {:.0f} MiB after {} more, {:.0f}/s\n", tenth,
             requests / 10, resident_mib(), ours.load.sent,
             per_s(ours.load.sent, ours.load.duration));
}

void run(const std::string& program, const std::string& what, std::uint64_t requests) {
  pin_to(kClientCore);
  const Work work;
  if (what.empty() || what == "requests") compare_requests(program, work);
  if (what.empty() || what == "events") compare_events(work);
  if (what.empty() || what == "streams") many_streams(program, work);
  if (what.empty() || what == "truth") tell_truth(program, work);
  if (what.empty() || what == "memory") watch_memory(program, work, requests);
}

}  // namespace
}  // namespace spillway

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr,
               "Usage: bench_drive SPILLWAY [requests|events|streams|truth|memory] [requests]\n");
    return 2;
  }
  constexpr rlim_t kFiles = 65536;
  const rlimit files{.rlim_cur = kFiles, .rlim_max = kFiles};
  ::setrlimit(RLIMIT_NOFILE, &files);
  try {
    spillway::run(argv[1], argc > 2 ? argv[2] : "", argc > 3 ? std::stoull(argv[3]) : 1'000'000);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_drive: {}\n", error.what());
    return 1;
  }
}
