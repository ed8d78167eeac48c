// SPDX-License-Identifier: Apache-2.0
#include "scenario/serving.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "tests/scenario/endpoint_client.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

ServeConfig config_of(const std::vector<std::pair<std::string, std::string>>& given) {
  Settings settings(serve_settings());
  for (const char* const port : {"port", "system-port"}) {
    settings.set(port, "0", record::Origin::command_line);
  }
  for (const auto& [name, text] : given) settings.set(name, text, record::Origin::command_line);
  return serve_config(settings);
}

// A server on a thread of its own, on free ports.
class Served {
 public:
  explicit Served(ServeConfig config) : serving_(std::move(config)) {
    std::promise<ServingPorts> ready;
    thread_ = std::jthread([this, &ready] {
      serving_.run([&](const ServingPorts& ports) { ready.set_value(ports); });
    });
    ports = ready.get_future().get();
  }
  ~Served() { serving_.stop(); }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  Serving& serving() { return serving_; }
  void join() { thread_.join(); }

  ServingPorts ports;

 private:
  Serving serving_;
  std::jthread thread_;
};

TEST(ServingTest, ServesItsApiAndItsPages) {
  const TemporaryDirectory directory;
  const TemporaryDirectory cache;
  {
    Served served(config_of({{"kvbm-port", "0"},
                             {"ports-file", directory.file("ports.json")},
                             {"cache-dir", cache.path()},
                             {"gpu-cache-gb", "1"},
                             {"cpu-cache-gb", "64MiB"},
                             {"disk-cache-gb", "64MiB"}}));
    std::ifstream file(directory.file("ports.json"));
    const std::string written(std::istreambuf_iterator<char>(file), {});
    EXPECT_EQ(written, to_json(served.ports));
    const Got answer = ask_endpoint(served.ports.api, "POST", "/v1/completions",
                                    R"({"model":"llama3.1-8b","prompt":"Hi","max_tokens":2})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_NE(answer.body.find(R"("completion_tokens":2)"), std::string::npos);
    EXPECT_NE(ask_endpoint(served.ports.api, "GET", "/metrics").body.find("dynamo_frontend_"),
              std::string::npos);
    EXPECT_NE(ask_endpoint(served.ports.system, "GET", "/metrics").body.find("dynamo_component_"),
              std::string::npos);
    EXPECT_NE(ask_endpoint(served.ports.kvbm, "GET", "/metrics").body.find("kvbm_matched_tokens"),
              std::string::npos);
    EXPECT_EQ(ask_endpoint(served.ports.kvbm, "GET", "/faults").status, 404);
    served.serving().drain();
    served.join();
    EXPECT_EQ(served.serving().figures().requests_completed, 1U);
  }
  EXPECT_TRUE(std::filesystem::is_empty(cache.path()));
}

TEST(ServingTest, B0HasNoBlockManager) {
  const Served served(config_of({{"tier-mode", "B0"}}));
  EXPECT_EQ(served.ports.kvbm, 0);
  EXPECT_EQ(to_json({.api = 1, .system = 2}),
            "{\"port\":1,\"system_port\":2,\"kvbm_port\":null,\"cache_directory\":null}\n");
}

// A stream of many seconds: the drain lets it go on, the stop ends it.
TEST(ServingTest, AStopEndsWhatADrainWaitsFor) {
  Served served(config_of({{"null", "on"}, {"itl-ms", "1000"}, {"tokens", "1000"}}));
  std::promise<void> answered;
  const std::jthread client([&] {
    const Got got = ask_endpoint(served.ports.api, "POST", "/v1/completions", R"({"stream":true})",
                                 [&] { answered.set_value(); });
    EXPECT_EQ(got.status, 200);
  });
  answered.get_future().wait();
  served.serving().drain();
  served.serving().stop();
  served.join();
}

TEST(ServingTest, TheNullServerAnswers) {
  const Served served(config_of({{"null", "on"}, {"tokens", "3"}}));
  const Got got = ask_endpoint(served.ports.api, "POST", "/v1/completions", "{}");
  EXPECT_NE(got.body.find(" token token token"), std::string::npos);
  EXPECT_EQ(served.ports.system, 0);
}

TEST(ServingTest, APortThatIsTakenIsASetUpError) {
  const Served first(config_of({{"null", "on"}}));
  Serving second(config_of({{"null", "on"}, {"port", std::to_string(first.ports.api)}}));
  EXPECT_NE(error_of([&] { second.run([](const ServingPorts&) {}); }).find("already in use"),
            std::string::npos);
}

// Four tokens in the file: low, lower, a blank and 12; three words for the estimator.
TEST(ServingTest, TokensAreThoseOfTheFileThatIsGiven) {
  const std::string file =
      std::string(SPILLWAY_SOURCE_DIR) + "/tests/data/tokenizer/gpt2_like.json";
  const Served served(config_of({{"tier-mode", "B0"}, {"tokenizer", file}}));
  const Got got = ask_endpoint(served.ports.api, "POST", "/v1/completions",
                               R"({"model":"llama3.1-8b","prompt":"low lower 12","max_tokens":3})");
  EXPECT_NE(got.body.find(R"("prompt_tokens":4,"completion_tokens":3)"), std::string::npos)
      << got.body;
}

// Tiers of many GiB take seconds to make: a Ctrl-C meanwhile is not lost.
TEST(ServingTest, AnEndThatIsAskedForDuringSetUpIsRemembered) {
  Serving serving(config_of({{"null", "on"}}));
  serving.drain();
  bool served = false;
  serving.run([&](const ServingPorts&) { served = true; });
  EXPECT_FALSE(served);
}

}  // namespace
}  // namespace spillway::scenario
