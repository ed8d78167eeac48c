// SPDX-License-Identifier: Apache-2.0
#include "scenario/mlperf_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "kv/catalogue.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;
using Given = std::vector<std::pair<std::string, std::string>>;

Settings with(const Given& given) {
  Settings settings(mlperf_settings());
  for (const auto& [name, text] : given) settings.set(name, text, record::Origin::file);
  return settings;
}

TEST(MlperfSettings, DefaultsAreThePublishedOnes) {
  const Settings settings = with({});
  const auto personas = read_personas(settings);
  for (std::size_t i = 0; i < personas.size(); ++i) {
    EXPECT_EQ(personas.at(i).context.high, workload::kPersonas.at(i).context.high);
    EXPECT_EQ(personas.at(i).generation.low, workload::kPersonas.at(i).generation.low);
    EXPECT_EQ(personas.at(i).think.low, workload::kPersonas.at(i).think.low);
  }
  workload::SessionOptions session;
  read_session_details(settings, session);
  EXPECT_EQ(session.qos.interactive, 0.15);
  EXPECT_EQ(session.conversation.most_turns, 50U);
  EXPECT_EQ(session.system_prompt_probability, 0.2);
  EXPECT_EQ(read_targets(settings).at(index_of(Qos::responsive)).ttft_ns, 100'000'000);
  EXPECT_THAT(read_targets(settings).at(index_of(Qos::batch)).tail_ns,
              ElementsAre(5'000'000'000, 7'500'000'000, 10'000'000'000));
  EXPECT_THAT(read_ranks(settings), ElementsAre(0, 1, 2));
  EXPECT_EQ(generation_time(settings, "realistic"), 30ms);
  EXPECT_EQ(generation_time(settings, "deterministic"), 30ms);
}

TEST(MlperfSettings, LimitsOfEvictionAreThePublishedOnesAndThoseOfACardAreOff) {
  const cache::EvictionLimits limits = read_eviction(with({}));
  EXPECT_EQ(limits.deepest_demotion, 10U);
  EXPECT_EQ(limits.most, 5000U);
  EXPECT_EQ(limits.fewest, 1000U);
  EXPECT_EQ(limits.most_from_gpu, cache::EvictionLimits{}.most_from_gpu);
  EXPECT_EQ(limits.gpu_kept_free, 0);
  EXPECT_EQ(read_eviction(with({{"gpu-backend-max-eviction-attempts", "7"}})).most_from_gpu, 7U);
}

TEST(MlperfSettings, TheHighestPriorityIsServedFirst) {
  EXPECT_THAT(read_ranks(with({{"qos-profiles-batch-priority", "9"}})), ElementsAre(1, 2, 0));
  EXPECT_THAT(read_ranks(with({{"qos-profiles-interactive-priority", "1"}})), ElementsAre(1, 0, 2))
      << "equal priorities keep their order";
}

TEST(MlperfSettings, SharesAreCumulative) {
  workload::SessionOptions session;
  EXPECT_THAT(
      [&] {
        read_session_details(with({{"qos-distribution-responsive-threshold", "0.1"}}), session);
      },
      ThrowsMessage<Error>(HasSubstr("cumulative")));
}

TEST(MlperfSettings, DocumentsAreFittedToTheModel) {
  const Settings settings = with({});
  workload::RagOptions rag;
  read_rag_details(settings, *kv::find_model("llama3.1-8b"), 1, rag);
  EXPECT_EQ(rag.document_tokens.low, 4000U);
  EXPECT_EQ(rag.document_tokens.high, 12000U);
  EXPECT_EQ(rag.chunk_tokens, Tokens(512)) << "64 MiB";
  read_rag_details(settings, *kv::find_model("llama3.1-70b-instruct"), 1, rag);
  EXPECT_EQ(rag.document_tokens.low, 1024U);
  EXPECT_EQ(rag.document_tokens.high, 4096U);
  read_rag_details(with({{"rag-max-chunk-bytes", "131072000"}}), *kv::find_model("llama2-7b"), 1,
                   rag);
  EXPECT_EQ(rag.chunk_tokens, Tokens(250)) << "of 524,288 bytes each";
  EXPECT_THAT(
      [&] {
        read_rag_details(with({{"rag-small-model-doc-tokens-max", "100"}}),
                         *kv::find_model("llama3.1-8b"), 1, rag);
      },
      ThrowsMessage<Error>(HasSubstr("rag-small-model-doc-tokens-max")));
}

TEST(MlperfSettings, LimitsRefuseWhatIsBeyondThem) {
  std::vector<Setting> table(mlperf_settings().begin(), mlperf_settings().end());
  table.push_back({.name = "num-users",
                   .kind = Kind::integer,
                   .initial = "100",
                   .group = "",
                   .help = "",
                   .low = 1,
                   .high = 1e9});
  table.push_back({.name = "duration",
                   .kind = Kind::number,
                   .initial = "60",
                   .group = "",
                   .help = "",
                   .low = 0,
                   .high = 1e9});
  table.push_back({.name = "gpu-mem-gb",
                   .kind = Kind::size,
                   .initial = "0",
                   .group = "",
                   .help = "",
                   .unit = Bytes(1U << 30U)});
  table.push_back({.name = "cpu-mem-gb",
                   .kind = Kind::size,
                   .initial = "0",
                   .group = "",
                   .help = "",
                   .unit = Bytes(1U << 30U)});
  Settings settings(table);
  EXPECT_NO_THROW(check_limits(settings));
  settings.set("validation-limits-max-users", "99", record::Origin::file, "b.yaml:3");
  EXPECT_THAT([&] { check_limits(settings); }, ThrowsMessage<Error>(HasSubstr("b.yaml:3")));
  settings.set("num-users", "99", record::Origin::command_line);
  settings.set("cpu-mem-gb", "64", record::Origin::command_line);
  settings.set("validation-limits-max-cpu-memory-gb", "32", record::Origin::file);
  EXPECT_THAT([&] { check_limits(settings); }, ThrowsMessage<Error>(HasSubstr("--cpu-mem-gb 64")));
}

TEST(MlperfSettings, AnsweringAllOfShareGptsKeys) {
  workload::ShareGptOptions sharegpt;
  read_sharegpt(with({{"sharegpt-max-context-tokens", "7"},
                      {"sharegpt-max-generation-tokens", "8"},
                      {"sharegpt-chars-per-token-estimate", "9"}}),
                sharegpt);
  EXPECT_EQ(sharegpt.max_context_tokens, 7U);
  EXPECT_EQ(sharegpt.max_generation_tokens, 8U);
  EXPECT_EQ(sharegpt.chars_per_token, 9U);
}

}  // namespace
}  // namespace spillway::scenario
