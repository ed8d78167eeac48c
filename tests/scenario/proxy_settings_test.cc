// SPDX-License-Identifier: Apache-2.0
#include "scenario/proxy_settings.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace spillway::scenario {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

ProxyConfig config_of(const Given& given, const EnvironmentVariables& variables = {}) {
  Settings settings(proxy_settings(), "proxy");
  apply_proxy_variables(variables, settings);
  for (const auto& [name, text] : given) settings.set(name, text, record::Origin::command_line);
  return proxy_config(settings);
}

const Given kLeast = {{"backend-url", "http://127.0.0.1:9000"}, {"adapter-dir", "lora"}};

Given with(const Given& more) {
  Given all = kLeast;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

TEST(ProxySettingsTest, DefaultsAreThoseOfTheReference) {
  const ProxyConfig config = config_of(kLeast);
  EXPECT_EQ(config.listen, "127.0.0.1");
  EXPECT_EQ(config.port, 9100);
  EXPECT_EQ(config.silence, std::chrono::seconds(120));
  EXPECT_EQ(config.adapter_size, 1_MiB);
  EXPECT_EQ(config.adapter_cache, Bytes(0));
}

TEST(ProxySettingsTest, HearsTheVariablesOfTheStack) {
  const EnvironmentVariables variables = {{"BACKEND_URL", "http://127.0.0.1:9000/v1/completions"},
                                          {"DYN_KVBM_TIER2_PATH", "/nvme/kvbm"}};
  const ProxyConfig config = config_of({}, variables);
  EXPECT_EQ(config.backend.port, 9000);
  EXPECT_EQ(config.adapter_dir, "/nvme/kvbm/lora");
  EXPECT_EQ(config_of({{"adapter-dir", "mine"}}, variables).adapter_dir, "mine");
}

TEST(ProxySettingsTest, EveryFlagMovesItsValue) {
  const ProxyConfig config = config_of(with({{"listen", "0.0.0.0"},
                                             {"port", "0"},
                                             {"api-key", "k"},
                                             {"timeout-s", "0.5"},
                                             {"adapter-mb", "26"},
                                             {"adapter-cache-mb", "64"},
                                             {"max-adapters", "3"},
                                             {"io-engine", "threads"},
                                             {"seed", "5"}}));
  EXPECT_EQ(config.listen, "0.0.0.0");
  EXPECT_EQ(config.port, 0);
  EXPECT_EQ(config.api_key, "k");
  EXPECT_EQ(config.silence, std::chrono::milliseconds(500));
  EXPECT_EQ(config.adapter_size, 26_MiB);
  EXPECT_EQ(config.adapter_cache, 64_MiB);
  EXPECT_EQ(config.most_adapters, 3U);
  EXPECT_EQ(config.engine, IoEngine::threads);
  EXPECT_EQ(config.seed, 5U);
  const ProxyConfig secure = config_of({{"backend-url", "https://127.0.0.1:9000"},
                                        {"adapter-dir", "lora"},
                                        {"backend-ca", "ca.pem"},
                                        {"insecure", "on"}});
  EXPECT_EQ(secure.backend_tls.ca_file, "ca.pem");
  EXPECT_TRUE(secure.backend_tls.insecure);
}

TEST(ProxySettingsTest, RefusesWhatCannotBe) {
  EXPECT_THROW(config_of({{"adapter-dir", "lora"}}), Error);
  EXPECT_THROW(config_of({{"backend-url", "http://127.0.0.1:9000"}}), Error);
  EXPECT_THROW(config_of(with({{"backend-url", "ftp://x"}})), Error);
  EXPECT_THROW(config_of(with({{"listen", "0.0.0.0"}})), Error);
  EXPECT_THROW(config_of(with({{"adapter-mb", "0"}})), Error);
  EXPECT_THROW(config_of(with({{"insecure", "on"}})), Error);
}

}  // namespace
}  // namespace spillway::scenario
