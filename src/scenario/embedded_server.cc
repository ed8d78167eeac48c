// SPDX-License-Identifier: Apache-2.0
#include "scenario/embedded_server.h"

#include <fmt/core.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/error.h"
#include "text/json_reader.h"

namespace spillway::scenario {
namespace {

constexpr std::chrono::seconds kStart(60);  // disks that preallocate slowly
constexpr std::chrono::milliseconds kLook(20);

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

unsigned port_in(const text::JsonValue& ports, const char* name) {
  const text::JsonValue& port = ports.at(name);
  return port.is_null() ? 0 : static_cast<unsigned>(port.as_uint());
}

std::string page_url(unsigned port) {
  return port == 0 ? "" : fmt::format("http://127.0.0.1:{}/metrics", port);
}

}  // namespace

EmbeddedServer::EmbeddedServer(const EmbeddedServerOptions& options)
    : ports_file_(options.directory + "/server.ports.json"),
      log_file_(options.directory + "/server.log") {
  ChildOptions child{.arguments = {options.program, "serve", "--port", "0", "--system-port", "0",
                                   "--ports-file", ports_file_},
                     .output = log_file_,
                     .cpus = options.cpus};
  command_ = "spillway serve";
  const std::vector<std::string> kind = options.null ? std::vector<std::string>{"--null"}
                                                     : std::vector<std::string>{"--kvbm-port", "0"};
  child.arguments.insert(child.arguments.end(), kind.begin(), kind.end());
  for (const auto& [name, value] : options.settings) {
    child.arguments.push_back(value == "on" ? "--" + name : fmt::format("--{}={}", name, value));
    command_ += " " + child.arguments.back();
  }
  child_ = std::make_unique<ChildProcess>(child);
  wait_until_ready();
}

EmbeddedServer::~EmbeddedServer() {
  if (child_) stop(std::chrono::seconds(5));
}

std::string EmbeddedServer::system_url() const { return page_url(system_port_); }
std::string EmbeddedServer::kvbm_url() const { return page_url(kvbm_port_); }

// The file of ports is whole as soon as it is there.
void EmbeddedServer::wait_until_ready() {
  const auto limit = std::chrono::steady_clock::now() + kStart;
  while (!std::filesystem::exists(ports_file_)) {
    const auto end = child_->wait(kLook);
    if (end) {
      throw Error(fmt::format("start an endpoint of our own: it ended with {}: {}", to_text(*end),
                              text_of(log_file_)));
    }
    if (std::chrono::steady_clock::now() > limit) {
      throw Error(fmt::format("start an endpoint of our own: it does not serve after {} s; see {}",
                              kStart.count(), log_file_));
    }
  }
  const text::JsonValue ports = text::read_json(ports_file_);
  port_ = port_in(ports, "port");
  system_port_ = port_in(ports, "system_port");
  kvbm_port_ = port_in(ports, "kvbm_port");
  const text::JsonValue& directory = ports.at("cache_directory");
  if (!directory.is_null()) cache_directory_ = directory.as_string();
}

std::optional<ChildEnd> EmbeddedServer::stop(std::chrono::milliseconds patience) {
  child_->signal(SIGTERM);
  std::optional<ChildEnd> end = child_->wait(patience);
  if (!end) {
    child_->signal(SIGTERM);  // now
    end = child_->wait(patience);
  }
  child_.reset();
  return end;
}

}  // namespace spillway::scenario
