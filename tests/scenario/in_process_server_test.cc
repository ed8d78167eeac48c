// SPDX-License-Identifier: Apache-2.0
#include "scenario/in_process_server.h"

#include <gtest/gtest.h>

#include <string>

#include "async/clock.h"
#include "scenario/load_settings.h"

namespace spillway::scenario {
namespace {

using async::Task;

class InProcessServerTest : public testing::Test {
 protected:
  static ServeConfig config(const std::string& mode) {
    Settings settings(serve_settings());
    const std::vector<GivenValue> given = {{.setting = "tier-mode", .text = mode},
                                           {.setting = "gpu-cache-gb", .text = "1"}};
    load_settings({}, given, settings);
    return serve_config(settings);
  }

  load::CompletionClient::Page get(const std::string& mode, const std::string& text) {
    InProcessServer server(config(mode), loop_);
    load::CompletionClient::Page page;
    loop_.run(async::with_group(loop_, stop_, [&](async::Group& group) -> Task<> {
      co_await server.begin(group);
      const net::Url url = net::parse_url(text);
      const auto dialler = server.dialler(url);
      load::CompletionClient client(loop_, *dialler,
                                    {.headers = {{"Host", "in-process"}}, .stream_total = {}});
      page = co_await client.get(url.path, std::chrono::seconds(5), group.stop());
      client.close_idle();
      group.stop().request();
    }));
    return page;
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  async::Stop stop_;
};

TEST_F(InProcessServerTest, EveryUrlHasItsPage) {
  EXPECT_NE(get("B1", InProcessServer::kBaseUrl + std::string("/v1/models")).body.find("\"data\""),
            std::string::npos);
  EXPECT_NE(get("B1", InProcessServer::kKvbmUrl).body.find("kvbm_matched_tokens"),
            std::string::npos);
  EXPECT_EQ(get("B1", InProcessServer::kSystemUrl).status, 200);
}

TEST_F(InProcessServerTest, WhatIsNotThereRefuses) {
  EXPECT_EQ(get("B0", InProcessServer::kKvbmUrl).fault, record::CompletionFault::connect);
  EXPECT_EQ(get("B1", "http://in-process:9/metrics").fault, record::CompletionFault::connect);
}

}  // namespace
}  // namespace spillway::scenario
