// What the benchmarks of servers and clients share: servers on the first core, clients on the
// second, and their peers. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/unique_fd.h"

namespace spillway {

// Of the calling thread.
void pin_to(unsigned core);

// A connection to a port of loopback.
UniqueFd connected_to(std::uint16_t port);
void send_all(int socket, std::string_view bytes);
// That nobody listens on, now.
std::uint16_t free_port();

// `spillway serve --null` with these flags, on the first core; what it says at its end is its own
// account of lateness.
class Server {
 public:
  Server(const std::string& program, const std::vector<std::string>& settings);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  std::uint16_t port() const { return port_; }
  std::string url() const;
  double resident_kib() const;
  std::string end();

 private:
  pid_t pid_ = 0;
  UniqueFd err_;
  std::uint16_t port_ = 0;
};

std::string temporary_directory(const std::string& name);

bool is_installed(const std::string& program);
bool has_wrk();
// Runs a program on the second core; what it printed.
std::string output_of(const std::string& directory, const std::vector<std::string>& arguments);
// Three seconds of wrk with 64 connections; `more`: a URL, and flags before it.
double wrk_requests_per_s(const std::string& directory, const std::vector<std::string>& more);

double quantile(std::vector<double>& values, double q);
void print_ratios(const char* what, std::vector<double> ratios, double bar, bool at_least);

}  // namespace spillway
