// SPDX-License-Identifier: Apache-2.0
#include "analysis/warm_start.h"

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

#include "tests/analysis/stream_row.h"

namespace spillway::analysis {
namespace {

// Prompts of 1,000 tokens of a letter each; requests are numbered as they are added.
class WarmStartTest : public testing::Test {
 protected:
  const record::PromptFacts* prompt(std::size_t shared, char own) {
    texts_.push_back(std::string(shared, 's') + std::string(1000 - shared, own));
    record::PromptFacts& facts = prompts_.emplace_back();
    facts.text = texts_.back();
    return &facts;
  }

  void answer(const record::PromptFacts* prompt, int at, std::optional<std::uint64_t> cached,
              int status = 200) {
    record::CompletionRow row;
    row.prompt = prompt;
    row.index = ++index_;
    row.done = at_ms(at);
    row.status = status;
    row.prompt_tokens = 1000;
    row.cached_tokens = cached;
    warm_.add(row);
  }

  std::deque<std::string> texts_;
  std::deque<record::PromptFacts> prompts_;
  std::uint64_t index_ = 0;
  WarmStart warm_;
};

TEST_F(WarmStartTest, WhatTheRunStoredItselfIsCold) {
  const auto* one = prompt(600, 'a');
  const auto* two = prompt(600, 'b');
  answer(one, 10, 0);
  answer(two, 20, 600);
  answer(one, 30, 1000);  // sent again
  const CacheAtStart cache = warm_.judge();
  EXPECT_EQ(cache.state, CacheState::cold);
  EXPECT_EQ(cache.requests, 2U);
}

TEST_F(WarmStartTest, AFirstPromptThatIsKnownIsWarm) {
  answer(prompt(600, 'a'), 10, 600);
  answer(prompt(600, 'b'), 20, 960);
  const CacheAtStart cache = warm_.judge();
  EXPECT_EQ(cache.state, CacheState::warm);
  EXPECT_EQ(cache.warm_requests, 2U);
  EXPECT_EQ(cache.foreign_tokens, 600U + 360U);
}

TEST_F(WarmStartTest, ALaterPromptMayHaveBeenServedFirst) {
  const auto* one = prompt(600, 'a');
  const auto* two = prompt(600, 'b');
  answer(one, 20, 600);
  answer(two, 10, 0);
  EXPECT_EQ(warm_.judge().state, CacheState::cold);
}

TEST_F(WarmStartTest, AFrameThatAllPromptsHaveIsWithinTheSlack) {
  answer(prompt(0, 'a'), 10, 114);  // 64 and a twentieth of 1,000
  EXPECT_EQ(warm_.judge().state, CacheState::cold);
  answer(prompt(0, 'b'), 20, 115);
  EXPECT_EQ(warm_.judge().state, CacheState::warm);
}

TEST_F(WarmStartTest, OnlyTheFirstSendingOfAPromptIsJudged) {
  const auto* one = prompt(0, 'a');
  answer(one, 10, std::nullopt, 503);  // may have stored all of it
  answer(one, 20, 1000);
  EXPECT_EQ(warm_.judge().state, CacheState::unknown);
}

TEST_F(WarmStartTest, ASecondSendingThatIsAnsweredBeforeTheFirstHasStoredIt) {
  const auto* one = prompt(0, 'a');
  answer(one, 20, 1000);
  answer(one, 10, 0);
  EXPECT_EQ(warm_.judge().state, CacheState::unknown);
}

TEST_F(WarmStartTest, WithoutCountsNothingIsKnown) {
  EXPECT_EQ(warm_.judge().state, CacheState::unknown);
  answer(prompt(0, 'a'), 10, std::nullopt);
  EXPECT_EQ(warm_.judge().state, CacheState::unknown);
  EXPECT_EQ(name_of(warm_.judge().state), "unknown");
}

}  // namespace
}  // namespace spillway::analysis
