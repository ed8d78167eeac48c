// EmbeddedServer: `spillway serve` as a child of this process, for runs that name no server.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/child_process.h"

namespace spillway::scenario {

struct EmbeddedServerOptions {
  std::string program = "/proc/self/exe";
  std::vector<std::pair<std::string, std::string>> settings;  // flags of serve, without dashes
  std::string directory;       // where its ports and what it says are written, as server.* files
  std::vector<unsigned> cpus;  // where it may run; empty: anywhere
  bool null = false;           // the null server
};

// Listens on free ports of loopback. Ended with this object, and with this process.
class EmbeddedServer {
 public:
  // Returns once it serves. Throws Error with what it said when it does not.
  explicit EmbeddedServer(const EmbeddedServerOptions& options);
  ~EmbeddedServer();
  EmbeddedServer(const EmbeddedServer&) = delete;
  EmbeddedServer& operator=(const EmbeddedServer&) = delete;

  std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string system_url() const;
  std::string kvbm_url() const;  // empty in B0, which has no block manager
  // With its blocks on disk; empty when it keeps none there.
  const std::string& cache_directory() const { return cache_directory_; }
  pid_t id() const { return child_->id(); }
  // As a person would type it.
  const std::string& command() const { return command_; }

  // Lets requests under way finish; how it ended. Once only.
  std::optional<ChildEnd> stop(std::chrono::milliseconds patience);

 private:
  void wait_until_ready();

  std::string ports_file_;
  std::string log_file_;
  std::string cache_directory_;
  std::string command_;
  std::unique_ptr<ChildProcess> child_;
  unsigned port_ = 0;
  unsigned system_port_ = 0;
  unsigned kvbm_port_ = 0;  // 0: there is none
};

}  // namespace spillway::scenario
