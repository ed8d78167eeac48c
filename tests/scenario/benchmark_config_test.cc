// SPDX-License-Identifier: Apache-2.0
// The MLPerf KV-cache benchmark's own config file as a whole: it is taken, and every key arrives.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/size_text.h"
#include "scenario/bench_settings.h"
#include "scenario/config_file.h"
#include "scenario/mlperf_settings.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Given = std::vector<std::pair<std::string, std::string>>;

const std::string kData = SPILLWAY_SOURCE_DIR "/tests/data/mlperf/";

Settings settings_of(const std::string& file, const Given& given = {}) {
  Settings settings(bench_settings());
  apply_config_file(kData + file, settings);
  for (const auto& [name, text] : given) settings.set(name, text, record::Origin::command_line);
  return settings;
}

BenchConfig config_of(const std::string& file, const Given& given = {}) {
  Settings settings = settings_of(file, given);
  return bench_config(settings);
}

BenchConfig changed(Given given = {}) {
  given.insert(given.end(), {{"enable-autoscaling", "on"},
                             {"num-users", "20"},
                             {"gpu-mem-gb", "16"},
                             {"enable-rag", "on"}});
  return config_of("changed.yaml", given);
}

std::pair<unsigned, unsigned> ends(workload::TokenRange range) {
  return {static_cast<unsigned>(range.low), static_cast<unsigned>(range.high)};
}
std::pair<double, double> ends(workload::TimeRange range) {
  return {to_seconds(range.low), to_seconds(range.high)};
}

// Whatever is run: with autoscaling and without, of any workload.
TEST(BenchmarkConfig, IsTakenAsItComes) {
  EXPECT_NO_THROW(config_of("config.yaml"));
  EXPECT_NO_THROW(config_of("config.yaml", {{"enable-autoscaling", "on"}}));
  EXPECT_NO_THROW(
      config_of("config.yaml", {{"enable-autoscaling", "on"}, {"autoscaler-mode", "capacity"}}));
  EXPECT_NO_THROW(config_of("config.yaml", {{"trace", "t"}}));
  EXPECT_NO_THROW(config_of("config.yaml", {{"request-model", "engine"}}));
}

TEST(BenchmarkConfig, AFlagThatDoesNothingIsRefusedAllTheSame) {
  EXPECT_THAT([] { config_of("config.yaml", {{"autoscaler-min-users", "2"}}); },
              ThrowsMessage<Error>(HasSubstr("--autoscaler-min-users has no effect")));
}

TEST(BenchmarkConfig, UsersArrive) {
  const auto personas = changed().workload.personas.personas;
  EXPECT_EQ(ends(personas[0].context), std::pair(11U, 12U));
  EXPECT_EQ(ends(personas[0].generation), std::pair(13U, 14U));
  EXPECT_EQ(ends(personas[0].think), std::pair(1.5, 1.6));
  EXPECT_EQ(ends(personas[1].context), std::pair(21U, 22U));
  EXPECT_EQ(ends(personas[1].generation), std::pair(23U, 24U));
  EXPECT_EQ(ends(personas[1].think), std::pair(2.5, 2.6));
  EXPECT_EQ(ends(personas[2].context), std::pair(31U, 32U));
  EXPECT_EQ(ends(personas[2].generation), std::pair(33U, 34U));
  EXPECT_EQ(ends(personas[2].think), std::pair(3.5, 3.6));
}

TEST(BenchmarkConfig, GenerationArrives) {
  EXPECT_EQ(changed({{"generation-mode", "none"}}).compute.decode_per_token, 1ms);
  EXPECT_EQ(changed({{"generation-mode", "fast"}}).compute.decode_per_token, 3ms);
  EXPECT_EQ(changed({{"generation-mode", "realistic"}}).compute.decode_per_token, 40ms);
  EXPECT_EQ(changed().workload.decode_batch, Tokens(16));
}

TEST(BenchmarkConfig, ClassesArrive) {
  const BenchConfig config = changed();
  const auto target = [&](Qos qos) { return config.workload.targets.at(index_of(qos)); };
  EXPECT_EQ(target(Qos::interactive).ttft_ns, 51'000'000);
  EXPECT_THAT(target(Qos::interactive).tail_ns, ElementsAre(101'000'000, 151'000'000, 201'000'000));
  EXPECT_EQ(target(Qos::responsive).ttft_ns, 102'000'000);
  EXPECT_THAT(target(Qos::responsive).tail_ns, ElementsAre(202'000'000, 352'000'000, 502'000'000));
  EXPECT_EQ(target(Qos::batch).tier_time_ns, 1'003'000'000);
  EXPECT_THAT(target(Qos::batch).tail_ns,
              ElementsAre(5'003'000'000, 7'503'000'000, 10'003'000'000));
  EXPECT_THAT(config.workload.ranks, ElementsAre(2, 0, 1)) << "priorities 1, 5 and 3";
  EXPECT_EQ(config.workload.session.qos.interactive, 0.25);
  EXPECT_EQ(config.workload.session.qos.responsive, 0.75);
}

TEST(BenchmarkConfig, LimitsOfTheTiersArrive) {
  const BenchConfig config = changed();
  EXPECT_EQ(config.headroom, 0.7);
  EXPECT_EQ(config.largest_share, 0.9);
  EXPECT_EQ(config.eviction.deepest_demotion, 1U);
  EXPECT_EQ(config.eviction.most, 500U);
  EXPECT_EQ(config.eviction.fewest, 100U);
  EXPECT_EQ(config.eviction.most_from_gpu, 9U);
  EXPECT_EQ(config.eviction.gpu_kept_free, 0.2);
  EXPECT_EQ(config.gpu.capacity, 8_GiB) << "half of the card";
}

TEST(BenchmarkConfig, SharedPromptsAndConversationsArrive) {
  const workload::SessionOptions session = changed().workload.session;
  EXPECT_EQ(session.shortest_system_prompt, Tokens(40));
  EXPECT_EQ(session.most_system_prompts, 2U);
  EXPECT_EQ(session.system_prompt_probability, 0.3);
  EXPECT_EQ(session.conversation.most_remembered, 8U);
  EXPECT_EQ(session.conversation.most_turns, 9U);
  EXPECT_EQ(session.conversation.end_probability, 0.5);
}

// A chunk of an 8B model (128 KiB a token) is cut to 12.5 MiB: 100 tokens.
TEST(BenchmarkConfig, DocumentsArrive) {
  const workload::RagOptions rag = changed().workload.session.rag;
  EXPECT_EQ(rag.chunk_tokens, Tokens(100));
  EXPECT_EQ(rag.top_chunks, 6U);
  EXPECT_EQ(rag.probability, 0.4);
  EXPECT_EQ(rag.retrieval, workload::Retrieval::uniform);
  EXPECT_EQ(rag.most_documents, 7U);
  EXPECT_EQ(ends(rag.document_tokens), std::pair(4001U, 12001U));
  const workload::RagOptions large =
      changed({{"model", "llama3.1-70b-instruct"}}).workload.session.rag;
  EXPECT_EQ(ends(large.document_tokens), std::pair(1025U, 4097U));
  EXPECT_EQ(changed({{"model", "tiny-1b"}}).workload.session.rag.chunk_tokens, Tokens(256));
}

TEST(BenchmarkConfig, TheAutoscalerArrives) {
  const BenchConfig config = changed();
  ASSERT_TRUE(config.scaling.has_value());
  const load::ScalerOptions& scaler = config.scaling->scaler;
  EXPECT_EQ(scaler.min_users, 2U);
  EXPECT_EQ(scaler.max_users, 60U);
  EXPECT_EQ(scaler.scale_up_factor, 1.5);
  EXPECT_EQ(scaler.scale_down_factor, 0.6);
  EXPECT_EQ(scaler.samples_required, 3U);
  EXPECT_EQ(scaler.saturation.read_p95_ms, 90);
  EXPECT_EQ(scaler.saturation.write_p95_ms, 40);
  EXPECT_EQ(scaler.saturation.queue_depth, 30);
  EXPECT_EQ(config.scaling->windows, 20U);
}

TEST(BenchmarkConfig, ListsArrive) {
  workload::ShareGptOptions sharegpt;
  read_sharegpt(settings_of("changed.yaml"), sharegpt);
  EXPECT_EQ(sharegpt.max_context_tokens, 8000U);
  EXPECT_EQ(sharegpt.max_generation_tokens, 2000U);
  EXPECT_EQ(sharegpt.chars_per_token, 3U);
}

TEST(BenchmarkConfig, LimitsOfWhatIsAcceptedArrive) {
  const auto refused = [](const Given& given, const std::string& limit) {
    EXPECT_THAT([&] { config_of("changed.yaml", given); },
                ThrowsMessage<Error>(HasSubstr("validation_limits." + limit)));
  };
  refused({{"num-users", "201"}}, "max_users");
  refused({{"duration", "301"}}, "max_duration_seconds");
  refused({{"gpu-mem-gb", "33"}}, "max_gpu_memory_gb");
  refused({{"cpu-mem-gb", "65"}}, "max_cpu_memory_gb");
}

}  // namespace
}  // namespace spillway::scenario
