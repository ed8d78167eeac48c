// SPDX-License-Identifier: Apache-2.0
#include "workload/drive_prompts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "core/sha256.h"
#include "kv/estimator.h"
#include "text/json_reader.h"
#include "workload/document_text.h"

namespace spillway::workload {
namespace {

const std::unique_ptr<kv::Tokenizer> kEstimator = kv::make_estimator();

TEST(DrivePromptsTest, ASetIsDocumentsOfTheRange) {
  const auto prompts =
      prompt_set({.prefix = "main", .set_name = {}, .count = 20, .seed = 1337}, *kEstimator);
  ASSERT_EQ(prompts.size(), 20U);
  EXPECT_EQ(prompts[7].id, "main-00007");
  EXPECT_EQ(prompts[7].set, "short");
  const std::set<std::uint64_t> lengths = {512, 768, 1024, 1536, 2048};
  for (const DrivePrompt& prompt : prompts) {
    EXPECT_TRUE(lengths.contains(prompt.target_tokens));
    EXPECT_NEAR(static_cast<double>(prompt.tokens_est), static_cast<double>(prompt.target_tokens),
                static_cast<double>(kTuningTolerance));
    EXPECT_EQ(prompt.sha256, sha256_hex(prompt.text));
    EXPECT_EQ(prompt.tokens_est, kEstimator->count(prompt.text));
    EXPECT_TRUE(prompt.metadata.empty());
  }
}

TEST(DrivePromptsTest, LengthsOutsideOfTheChoicesAreAnyOfTheRange) {
  const auto any = prompt_set({.set_name = {},
                               .lengths = LengthSet::long_,
                               .long_range = {.low = 600, .high = 650},
                               .count = 9},
                              *kEstimator);
  for (const DrivePrompt& prompt : any) {
    EXPECT_GE(prompt.target_tokens, 600U);
    EXPECT_LE(prompt.target_tokens, 650U);
  }
  const auto one = prompt_set(
      {.set_name = {}, .short_range = {.low = 512, .high = 512}, .count = 3}, *kEstimator);
  EXPECT_EQ(one[2].target_tokens, 512U);
}

TEST(DrivePromptsTest, MixedSetsHaveBoth) {
  const auto prompts = prompt_set({.set_name = {},
                                   .lengths = LengthSet::mixed,
                                   .long_range = {.low = 3000, .high = 3000},
                                   .count = 40},
                                  *kEstimator);
  const auto long_ones = std::ranges::count(prompts, 3000U, &DrivePrompt::target_tokens);
  EXPECT_GT(long_ones, 8);
  EXPECT_LT(long_ones, 32);
  EXPECT_EQ(prompts[0].set, "mixed");
}

TEST(DrivePromptsTest, SameSeedSamePromptsOtherSeedOthers) {
  const auto first = prompt_set({.set_name = {}, .count = 3, .seed = 1}, *kEstimator);
  const auto again = prompt_set({.set_name = {}, .count = 5, .seed = 1}, *kEstimator);
  const auto other = prompt_set({.set_name = {}, .count = 3, .seed = 2}, *kEstimator);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(first[i].sha256, again[i].sha256);
    EXPECT_NE(first[i].sha256, other[i].sha256);
  }
}

TEST(DrivePromptsTest, ABurstIsTurnsOfOneSessionInARow) {
  const auto prompts =
      copilot_burst({.count = 12, .sessions = 2, .burst = 2, .prefix_tokens = 512}, *kEstimator);
  const std::vector<std::string> sessions = {"session_01", "session_01", "session_02",
                                             "session_02", "session_01", "session_01"};
  const std::vector<std::uint64_t> turns = {1, 2, 1, 2, 3, 4};
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    EXPECT_EQ(prompts[i].session_id, sessions[i]);
    EXPECT_EQ(prompts[i].session_turn_index, turns[i]);
    EXPECT_EQ(prompts[i].prefix_hash, prompts[0].prefix_hash);
  }
  EXPECT_EQ(prompts[11].id, "copilot_main-00011");
  EXPECT_EQ(prompts[11].set, "local_copilot_burst");
  const text::JsonValue metadata = text::parse_json(prompts[5].metadata, "metadata");
  EXPECT_EQ(metadata.at("burst_id").as_string(), "burst_0003");
  EXPECT_EQ(metadata.at("burst_index").as_uint(), 3U);
  EXPECT_EQ(metadata.at("workload").as_string(), "local_project_copilot_shared_prefix_burst");
  EXPECT_NEAR(metadata.at("shared_prefix_tokens_est").as_double(), 512, 64);
  EXPECT_EQ(metadata.members().front().first, "burst_id");  // sorted
}

// Weakness 17 of the harness: its prefixes are 15 % shorter than asked.
TEST(DrivePromptsTest, SessionsHaveAPrefixOfTheirOwnAsLongAsAsked) {
  const RehydrateOptions options{.sessions = 3, .turns = 2, .prefix_tokens = 4096, .seed = 9};
  const auto stored = rehydrate_populate(options, *kEstimator);
  ASSERT_EQ(stored.size(), 6U);
  EXPECT_EQ(stored[3].id, "rehydrate_populate_0002_t02");
  EXPECT_EQ(stored[3].session_id, "rehydrate_session_0002");
  EXPECT_EQ(stored[2].prefix_hash, stored[3].prefix_hash);
  EXPECT_NE(stored[1].prefix_hash, stored[2].prefix_hash);
  EXPECT_NE(stored[2].sha256, stored[3].sha256);
  const std::size_t common = static_cast<std::size_t>(
      std::ranges::mismatch(stored[2].text, stored[3].text).in1 - stored[2].text.begin());
  const auto prefix = static_cast<double>(kEstimator->count(stored[2].text.substr(0, common)));
  EXPECT_GE(prefix, 4096 - 64);
  const auto thrash = rehydrate_thrash(options, *kEstimator);
  ASSERT_EQ(thrash.size(), 3U);
  EXPECT_EQ(thrash[0].id, "rehydrate_thrash_0001");
  EXPECT_NE(thrash[0].prefix_hash, stored[0].prefix_hash);
  EXPECT_EQ(text::parse_json(thrash[0].metadata, "m").at("phase_intent").as_string(), "thrash");
}

}  // namespace
}  // namespace spillway::workload
