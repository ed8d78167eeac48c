// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "scenario/drive_rows.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using testing::ElementsAre;
using testing::Pair;
using Given = std::vector<std::pair<std::string, std::string>>;

DriveConfig config_of(const Given& given, const EnvironmentVariables& variables = {}) {
  Settings settings(drive_rows(), "drive");
  apply_drive_variables(variables, settings);
  for (const auto& [name, text] : given) settings.set(name, text, record::Origin::command_line);
  return drive_config(settings, variables);
}

// The harness's table (section 1.1), with the three deliberate changes of docs/drive.md.
TEST(DriveSettingsTest, DefaultsAreTheHarnesssButForThree) {
  const DriveConfig config = config_of({});
  EXPECT_FALSE(config.target.base);
  EXPECT_EQ(config.target.model, "auto");
  EXPECT_EQ(config.target.resolve_timeout, std::chrono::seconds(180));
  EXPECT_EQ(config.requests.max_tokens, 256U);
  EXPECT_EQ(config.requests.temperature, 0.7);
  EXPECT_THAT(config.requests.stop, ElementsAre("<|eot_id|>"));
  EXPECT_EQ(config.requests.engine_max_input_tokens, 8192U);
  EXPECT_EQ(config.load.timeout, std::chrono::seconds(600));
  EXPECT_EQ(config.load.options.schedule, load::CallSchedule::closed);
  EXPECT_EQ(config.kv.mode, "cpu_disk");
  EXPECT_EQ(config.kv.tier, "B2");
  EXPECT_EQ(config.kv.cpu_gb, 8);
  EXPECT_EQ(config.kv.disk_gb, 32);
  EXPECT_EQ(config.evidence.kvbm_url, "http://127.0.0.1:6880/metrics");
  EXPECT_EQ(config.evidence.snapshot_kvbm_url, config.evidence.kvbm_url);
  EXPECT_EQ(config.evidence.process_pattern, "dynamo\\.trtllm");
  EXPECT_EQ(config.evidence.keywords.size(), 9U);
  EXPECT_TRUE(config.evidence.derive_pattern);
  EXPECT_TRUE(config.evidence.io_attribution) << "of our own endpoint";
  EXPECT_FALSE(config_of({{"base-url", "http://x"}}).evidence.io_attribution);
  EXPECT_FALSE(config_of({{"io-attrib", "off"}}).evidence.io_attribution);
  EXPECT_EQ(config.results_root, "bench/results");
  Settings settings(drive_rows(), "drive");
  EXPECT_EQ(settings.range("long-range"), (Range{.low = 6000, .high = 7600}));
}

TEST(DriveSettingsTest, ModesGiveTheirTiers) {
  EXPECT_EQ(config_of({{"tier-mode", "b0"}, {"kv-mode", "cpu_disk"}}).kv.mode, "off");
  const record::KvMode off = config_of({{"kv-mode", "off"}, {"kv-cpu-cache-gb", "4"}}).kv;
  EXPECT_EQ(off.tier, "B0");
  EXPECT_FALSE(off.enabled);
  EXPECT_EQ(off.cpu_gb, 0);
  const record::KvMode host = config_of({{"tier-mode", "B1"}, {"kv-cpu-cache-gb", "4"}}).kv;
  EXPECT_EQ(host.mode, "cpu_only");
  EXPECT_EQ(host.cpu_gb, 4);
  EXPECT_EQ(host.disk_gb, 0);
}

TEST(DriveSettingsTest, HearsTheVariablesOfTheStack) {
  const EnvironmentVariables variables = {{"DYN_KVBM_METRICS_PORT", "7000"},
                                          {"DYN_SYSTEM_PORT", "7001"},
                                          {"BENCH_NVME_DEVICE", "/dev/nvme3"},
                                          {"SPILLWAY_API_KEY", "secret"},
                                          {"HOME", "x"}};
  const DriveConfig config = config_of({}, variables);
  EXPECT_EQ(config.evidence.kvbm_url, "http://127.0.0.1:7000/metrics");
  EXPECT_EQ(config.evidence.system_url, "http://127.0.0.1:7001/metrics");
  EXPECT_EQ(config.evidence.nvme_device, "/dev/nvme3");
  EXPECT_EQ(config.target.api_key, "secret");
  EXPECT_THAT(stack_variables(variables),
              ElementsAre(Pair("DYN_KVBM_METRICS_PORT", "7000"), Pair("DYN_SYSTEM_PORT", "7001")));
}

TEST(DriveSettingsTest, OpenLoopsHaveTheirRates) {
  const DriveConfig config = config_of(
      {{"arrival", "gamma"}, {"request-rate", "5"}, {"burstiness", "0.5"}, {"max-in-flight", "9"}});
  EXPECT_EQ(config.load.options.schedule, load::CallSchedule::rate);
  EXPECT_EQ(config.load.options.rate.gaps, load::Gaps::gamma);
  EXPECT_EQ(config.load.options.rate.per_second, 5);
  EXPECT_EQ(config.load.options.rate.burstiness, 0.5);
  EXPECT_EQ(config.load.options.in_flight, 9U);
  const DriveConfig users = config_of({{"arrival", "sessions"}, {"think-time-s", "2"}});
  EXPECT_EQ(users.load.options.schedule, load::CallSchedule::sessions);
  EXPECT_EQ(users.load.options.think, std::chrono::seconds(2));
}

TEST(DriveSettingsTest, TheServerIsGivenOrOurs) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("key")) << "k\n";
  const DriveConfig config = config_of({{"base-url", "https://host:9/"},
                                        {"insecure", "on"},
                                        {"api-key-file", directory.file("key")}});
  ASSERT_TRUE(config.target.base);
  EXPECT_EQ(config.target.base_text, "https://host:9");
  EXPECT_TRUE(config.target.tls.insecure);
  EXPECT_EQ(config.target.api_key, "k");
  const DriveConfig ours = config_of({{"serve-set", "prefill-tokens-per-s=9\nseed=1"}});
  EXPECT_THAT(ours.target.serve_settings,
              ElementsAre(Pair("prefill-tokens-per-s", "9"), Pair("seed", "1")));
}

TEST(DriveSettingsTest, ARehydrateRunHasItsOwnLengthOfAnswers) {
  const Given rehydrate = {{"scenario", "rehydrate_replay"}, {"rehydrate-gen-tokens", "128"}};
  EXPECT_EQ(config_of(rehydrate).requests.max_tokens, 128U);
  EXPECT_THROW(config_of({{"rehydrate-gen-tokens", "128"}}), Error);
}

TEST(DriveSettingsTest, PeersAreGivenOneByOneOrInAList) {
  using analysis::Peer;
  EXPECT_TRUE(config_of({}).peers.empty());
  EXPECT_THAT(config_of({{"metrics-as", "guidellm, vllm\ngenai-perf,vllm"}}).peers,
              ElementsAre(Peer::vllm, Peer::genai_perf, Peer::guidellm));
}

TEST(DriveSettingsTest, RefusesWhatCannotBe) {
  const std::vector<Given> wrong = {
      {{"base-url", "nowhere"}},
      {{"base-url", "http://x"}, {"serve-set", "a=b"}},
      {{"serve-set", "nothing"}},
      {{"insecure", "on"}},
      {{"arrival", "poisson"}},
      {{"request-rate", "5"}},
      {{"think-time-s", "1"}},
      {{"arrival", "constant"}, {"request-rate", "5"}, {"burstiness", "2"}},
      {{"arrival", "constant"}, {"request-rate", "5"}, {"concurrency", "2"}},
      {{"ttfc-sanity-long-max-tokens", "4"}},
      {{"run-id", "a/b"}},
      {{"metrics-as", "vllm,wrk"}},
      {{"api-key-file", "/no/such/file"}}};
  for (const Given& given : wrong) EXPECT_THROW(config_of(given), Error) << given[0].first;
}

}  // namespace
}  // namespace spillway::scenario
