// SPDX-License-Identifier: Apache-2.0
#include "scenario/proxying.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include "core/error.h"
#include "scenario/serving.h"
#include "tests/scenario/endpoint_client.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

ServeConfig null_server() {
  Settings settings(serve_settings(), "serve");
  for (const auto& [name, text] : {std::pair("null", "on"), {"port", "0"}, {"tokens", "2"}}) {
    settings.set(name, text, record::Origin::command_line);
  }
  return serve_config(settings);
}

ProxyConfig proxy_to(std::uint16_t port, const std::string& directory) {
  Settings settings(proxy_settings(), "proxy");
  const auto set = [&](const char* name, const std::string& text) {
    settings.set(name, text, record::Origin::command_line);
  };
  set("port", "0");
  set("backend-url", "http://127.0.0.1:" + std::to_string(port));
  set("adapter-dir", directory);
  return proxy_config(settings);
}

// Proxy or server: on a thread of its own until it is asked to end.
template <typename Service>
class Running {
 public:
  explicit Running(Service& service) : service_(service) {
    std::promise<std::uint16_t> ready;
    thread_ = std::jthread([this, &ready] {
      if constexpr (std::is_same_v<Service, Serving>) {
        service_.run([&](const ServingPorts& ports) { ready.set_value(ports.api); });
      } else {
        service_.run([&](std::uint16_t port) { ready.set_value(port); });
      }
    });
    port = ready.get_future().get();
  }
  ~Running() { service_.stop(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  void drain() {
    service_.drain();
    thread_.join();
  }

  std::uint16_t port = 0;

 private:
  Service& service_;
  std::jthread thread_;
};

TEST(ProxyingTest, StandsBeforeAServer) {
  const TemporaryDirectory directory;
  Serving serving(null_server());
  const Running served(serving);
  Proxying proxying(proxy_to(served.port, directory.file("lora")));
  Running running(proxying);
  const Got got = ask_endpoint(running.port, "POST", "/v1/completions", R"({"adapter_id":"a"})");
  EXPECT_EQ(got.status, 200);
  EXPECT_NE(got.body.find(" token token"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(directory.file("lora/a")));
  running.drain();
  EXPECT_EQ(proxying.adapters().misses, 1U);
}

TEST(ProxyingTest, ADirectoryThatCannotBeMadeIsASetUpError) {
  const TemporaryDirectory directory;
  Proxying proxying(proxy_to(1, directory.file("none/lora")));
  EXPECT_THROW(proxying.run([](std::uint16_t) {}), Error);
  proxying.drain();  // has ended: nothing to do
}

TEST(ProxyingTest, AnEndThatIsAskedForDuringSetUpIsRemembered) {
  const TemporaryDirectory directory;
  Proxying proxying(proxy_to(1, directory.file("lora")));
  proxying.stop();
  proxying.run([](std::uint16_t) { FAIL() << "it serves"; });
}

}  // namespace
}  // namespace spillway::scenario
