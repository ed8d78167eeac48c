// SPDX-License-Identifier: Apache-2.0
#include "bench/serving.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/child_process.h"
#include "core/error.h"

namespace spillway {
namespace {

const std::string kWrk = "/usr/bin/wrk";

}  // namespace

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

std::uint16_t free_port() {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr generic{};
  std::memcpy(&generic, &address, sizeof address);
  socklen_t length = sizeof address;
  ::bind(socket.get(), &generic, length);
  ::getsockname(socket.get(), &generic, &length);
  std::memcpy(&address, &generic, sizeof address);
  return ntohs(address.sin_port);
}

Server::Server(const std::string& program, const std::vector<std::string>& settings) {
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
Server::~Server() {
  if (pid_ > 0) end();
}

std::string Server::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

double Server::resident_kib() const {
  std::ifstream status(fmt::format("/proc/{}/status", pid_));
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
  }
  return 0;
}

std::string Server::end() {
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

std::string temporary_directory(const std::string& what) {
  std::string name = std::filesystem::temp_directory_path() / (what + "_XXXXXX");
  if (::mkdtemp(name.data()) == nullptr) throw_errno("make", name);
  std::filesystem::permissions(name, std::filesystem::perms::others_all,
                               std::filesystem::perm_options::add);
  return name;
}

// Runs a program with its output in a file; the text of it.
std::string output_of(const std::string& directory, const std::vector<std::string>& arguments) {
  const std::string path = directory + "/output";
  std::filesystem::remove(path);
  ChildProcess child({.arguments = arguments, .output = path, .cpus = {1}});
  while (!child.wait(std::chrono::seconds(1))) {
  }
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_installed(const std::string& program) { return ::access(program.c_str(), X_OK) == 0; }

bool has_wrk() { return is_installed(kWrk); }

double wrk_requests_per_s(const std::string& directory, const std::vector<std::string>& more) {
  std::vector<std::string> command = {kWrk, "-t1", "-c64", "-d3s"};
  command.insert(command.end(), more.begin(), more.end());
  const std::string said = output_of(directory, command);
  const std::size_t line = said.find("Requests/sec:");
  if (line == std::string::npos || said.find("Non-2xx") != std::string::npos) {
    throw Error(fmt::format("read what wrk says of {}: {}", more.back(), said));
  }
  return std::stod(said.substr(line + 13));
}

double quantile(std::vector<double>& values, double q) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

void print_ratios(const char* what, std::vector<double> ratios, double bar, bool at_least) {
  std::ranges::sort(ratios);
  const std::size_t middle = ratios.size() / 2;
  const double median =
      ratios.size() % 2 == 1 ? ratios[middle] : (ratios[middle - 1] + ratios[middle]) / 2;
  fmt::print("{}: ratio {:.2f} [{:.2f}-{:.2f}], {} {}\n", what, median, ratios.front(),
             ratios.back(), at_least ? "to be at least" : "to be at most", bar);
}

}  // namespace spillway
