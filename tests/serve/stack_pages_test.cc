// SPDX-License-Identifier: Apache-2.0
#include "serve/stack_pages.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/serve/api_world.h"

namespace spillway::serve {
namespace {

constexpr const char* kAsk = R"({"model":"m","prompt":"one two three four five","max_tokens":1})";

bool has_line(const Got& page, const std::string& line) {
  return ("\n" + page.body).find("\n" + line + "\n") != std::string::npos;
}

TEST(StackPagesTest, TellsWhatTheServerHasAnswered) {
  ApiWorld world;
  world.ask_alone("POST", "/v1/completions", kAsk);
  const Got page = world.ask_alone("GET", "/metrics");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(net::find_header(page.headers, "content-type"),
            "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(page.body.find("dynamo_frontend_time_to_first_token_seconds_count"), std::string::npos);
}

TEST(StackPagesTest, IsAliveAndHealthy) {
  ApiWorld world;
  EXPECT_EQ(world.ask_alone("GET", "/live").status, 200);
  EXPECT_EQ(world.ask_alone("POST", "/metrics").status, 405);
}

TEST(StackPagesTest, FaultsAreSetShownAndCleared) {
  ApiWorld world;
  const std::string plan = R"({"seed":1,"faults":[{"kind":"status","status":500,"next":1}]})";
  EXPECT_EQ(world.ask_alone("POST", "/faults", plan).status, 200);
  EXPECT_EQ(world.ask_alone("POST", "/v1/completions", kAsk).status, 500);
  EXPECT_NE(world.ask_alone("GET", "/faults").body.find("\"injected\":1"), std::string::npos);
  EXPECT_EQ(world.ask_alone("POST", "/faults", R"({"faults":[{"kind":"nonsense"}]})").status, 400);
  EXPECT_EQ(world.ask_alone("DELETE", "/faults").status, 200);
  EXPECT_EQ(world.ask_alone("POST", "/v1/completions", kAsk).status, 200);
  EXPECT_EQ(world.ask_alone("PUT", "/faults").status, 405);
}

TEST(StackPagesTest, CountersMayBeResetAndMissing) {
  ApiWorld world;
  world.ask_alone("POST", "/v1/completions", kAsk);
  const std::string name = "dynamo_frontend_time_to_first_token_seconds_count{model=\"m\"}";
  EXPECT_TRUE(has_line(world.ask_alone("GET", "/metrics"), name + " 1"));
  world.ask_alone("POST", "/faults", R"({"faults":[{"kind":"metrics_reset"}]})");
  EXPECT_TRUE(has_line(world.ask_alone("GET", "/metrics"), name + " 0"));
  world.ask_alone("POST", "/v1/completions", kAsk);
  EXPECT_TRUE(has_line(world.ask_alone("GET", "/metrics"), name + " 1"));
  world.ask_alone("POST", "/faults",
                  R"({"faults":[{"kind":"metrics_missing","page":"frontend","next":1}]})");
  EXPECT_EQ(world.ask_alone("GET", "/metrics").status, 404);
  EXPECT_EQ(world.ask_alone("GET", "/metrics").status, 200);
}

TEST(StackPagesTest, AsksForTheKey) {
  ApiWorld world({.model = "m", .api_key = "k"});
  EXPECT_EQ(world.ask_alone("GET", "/metrics").status, 401);
  EXPECT_EQ(world.ask_alone("GET", "/faults").status, 401);
  EXPECT_EQ(world.ask_alone("GET", "/metrics", "", {{"Authorization", "Bearer k"}}).status, 200);
}

}  // namespace
}  // namespace spillway::serve
