// SPDX-License-Identifier: Apache-2.0
#include "scenario/serve_settings.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

ServeConfig config_of(const Given& given, const EnvironmentVariables& variables = {}) {
  Settings settings(serve_settings());
  apply_stack_variables(variables, settings);
  for (const auto& [name, text] : given) settings.set(name, text, record::Origin::command_line);
  return serve_config(settings);
}

std::string refusal_of(const Given& given) {
  try {
    config_of(given);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(ServeSettingsTest, DefaultsAreThoseOfTheReferenceStack) {
  const ServeConfig config = config_of({});
  EXPECT_EQ(config.endpoint.listen, "127.0.0.1");
  EXPECT_EQ(config.endpoint.port, 8000);
  EXPECT_EQ(config.endpoint.system_port, 8081);
  EXPECT_EQ(config.endpoint.kvbm_port, 6880);
  EXPECT_EQ(config.engine.max_num_tokens, 8192U);
  EXPECT_EQ(config.engine.block_tokens, Tokens(32));
  EXPECT_EQ(config.engine.served_name, "llama3.1-8b");
  EXPECT_TRUE(config.engine.device_prefix_cache);
  EXPECT_EQ(config.kv.mode, TierMode::b2);
  EXPECT_EQ(config.kv.cpu, 8_GiB);
  EXPECT_EQ(config.kv.disk, 32_GiB);
  EXPECT_EQ(config.kv.filter_frequency, 2U);
  EXPECT_FALSE(config.null.has_value());
}

TEST(ServeSettingsTest, TierModesHaveTheTiersThatTheyName) {
  const ServeConfig b0 = config_of({{"tier-mode", "B0"}});
  EXPECT_EQ(b0.kv.cpu, Bytes(0));
  EXPECT_EQ(b0.kv.disk, Bytes(0));
  EXPECT_FALSE(b0.engine.device_prefix_cache);
  EXPECT_TRUE(
      config_of({{"tier-mode", "b0"}, {"device-prefix-cache", "on"}}).engine.device_prefix_cache);
  const ServeConfig b1 = config_of({{"kv-mode", "cpu_only"}});
  EXPECT_EQ(b1.kv.mode, TierMode::b1);
  EXPECT_EQ(b1.kv.disk, Bytes(0));
  EXPECT_EQ(config_of({{"kv-mode", "off"}, {"tier-mode", "B2"}}).kv.mode, TierMode::b2);
}

TEST(ServeSettingsTest, AnAddressThatOthersReachNeedsAKey) {
  EXPECT_NE(refusal_of({{"listen", "0.0.0.0"}}).find("--api-key"), std::string::npos);
  EXPECT_EQ(config_of({{"listen", "0.0.0.0"}, {"api-key", "s3cret"}}).endpoint.api_key, "s3cret");
}

TEST(ServeSettingsTest, AKeyMayStandInAFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() + "/key";
  std::ofstream(path) << "from-file\nrest\n";
  EXPECT_EQ(config_of({{"api-key-file", path}}).endpoint.api_key, "from-file");
  EXPECT_NE(refusal_of({{"api-key-file", directory.path() + "/none"}}).find("no key"),
            std::string::npos);
}

TEST(ServeSettingsTest, WhatWouldDoNothingIsRefused) {
  EXPECT_NE(refusal_of({{"tier-mode", "B1"}, {"disk-cache-gb", "1"}}).find("--disk-cache-gb"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"tier-mode", "B0"}, {"cpu-cache-gb", "1"}}).find("--cpu-cache-gb"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"disk-filter", "all"}, {"filter-frequency", "3"}}).find("--filter"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"ttft-ms", "3"}}).find("without --null"), std::string::npos);
  EXPECT_NE(refusal_of({{"null", "on"}, {"max-batch-size", "3"}}).find("no engine"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"adapter-rank", "8"}}).find("without --adapters"), std::string::npos);
  EXPECT_NE(refusal_of({{"tls-cert", "a.pem"}}).find("needs both"), std::string::npos);
  EXPECT_NE(refusal_of({{"gpu-cache-gb", "0"}}).find("above 0"), std::string::npos);
}

TEST(ServeSettingsTest, HearsTheVariablesOfTheStack) {
  const EnvironmentVariables variables = {{"DYN_KVBM_CPU_CACHE_GB", "3"},
                                          {"DYN_KVBM_DISK_CACHE_GB", "5"},
                                          {"DYN_KVBM_METRICS_PORT", "7000"},
                                          {"DYN_KVBM_DISABLE_DISK_OFFLOAD_FILTER", "1"},
                                          {"DYN_SYSTEM_PORT", "9090"}};
  const ServeConfig config = config_of({}, variables);
  EXPECT_EQ(config.kv.cpu, 3_GiB);
  EXPECT_EQ(config.kv.disk, 5_GiB);
  EXPECT_EQ(config.kv.filter_frequency, 0U);
  EXPECT_EQ(config.endpoint.kvbm_port, 7000);
  EXPECT_EQ(config.endpoint.system_port, 9090);
  EXPECT_EQ(config_of({{"cpu-cache-gb", "1"}}, variables).kv.cpu, 1_GiB);
  EXPECT_EQ(config_of({{"tier-mode", "B1"}}, variables).kv.disk, Bytes(0));
}

TEST(ServeSettingsTest, TheNullServerHasItsTimes) {
  const ServeConfig config =
      config_of({{"null", "on"}, {"ttft-ms", "5"}, {"itl-ms", "2.5"}, {"tokens", "7"}});
  ASSERT_TRUE(config.null.has_value());
  EXPECT_EQ(config.null->first, std::chrono::milliseconds(5));
  EXPECT_EQ(config.null->gap, std::chrono::microseconds(2500));
  EXPECT_EQ(config.null->tokens, 7U);
}

}  // namespace
}  // namespace spillway::scenario
