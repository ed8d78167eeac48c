// SPDX-License-Identifier: Apache-2.0
#include "workload/plan_prompts.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/sha256.h"
#include "kv/estimator.h"
#include "kv/token_blocks.h"
#include "tests/workload/traces.h"
#include "workload/personas.h"
#include "workload/session_plan.h"

namespace spillway::workload {
namespace {

// Blocks of the text are equal just where those of the plan are, block by block.
void expect_same_sharing(const Plan& plan, std::size_t count, Tokens block) {
  const auto tokenizer = kv::make_estimator();
  const std::vector<DrivePrompt> prompts = plan_prompts(plan, "p", count, *tokenizer);
  ASSERT_EQ(prompts.size(), std::min<std::uint64_t>(count, plan.size()));
  const auto cursor = plan.cursor();
  std::map<kv::BlockKey, kv::BlockKey> of_text;
  std::map<kv::BlockKey, kv::BlockKey> of_plan;
  std::size_t shared = 0;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    Request request = cursor->read(i);
    request.prompt.tail = kv::Tail::dropped;
    const std::vector<kv::BlockKey> planned = kv::block_keys(request.prompt, block);
    std::vector<kv::TokenId> tokens;
    tokenizer->encode(prompts[i].text, tokens);
    EXPECT_EQ(tokens.size(), request.input_tokens.count());
    EXPECT_EQ(prompts[i].tokens_est, tokens.size());
    const std::vector<kv::BlockKey> sent = kv::token_block_keys(tokens, block);
    ASSERT_GE(sent.size(), planned.size());
    for (std::size_t k = 0; k < planned.size(); ++k) {
      const auto [text, fresh] = of_text.try_emplace(planned[k], sent[k]);
      EXPECT_EQ(text->second, sent[k]);
      EXPECT_EQ(of_plan.try_emplace(sent[k], planned[k]).first->second, planned[k]);
      shared += fresh ? 0 : 1;
    }
  }
  EXPECT_GT(shared, 0U);
}

TEST(PlanPrompts, ShareWhatATracesRequestsShare) {
  const auto mooncake = open_trace(excerpt("mooncake/conversation_head.jsonl"), {});
  expect_same_sharing(*mooncake, 40, Tokens(512));
  expect_same_sharing(*mooncake, 12, Tokens(16));
  const auto agent = open_trace(excerpt("kv-cache-tester/trace_0251.json"), {.length_scale = 0.1});
  expect_same_sharing(*agent, 12, agent->summary().block_tokens);
}

TEST(PlanPrompts, AConversationIsASessionWithItsPausesAndLengths) {
  SessionOptions session;
  PersonaOptions personas;
  personas.users = 4;
  personas.most_requests = 30;
  const SessionPlan plan(std::make_unique<PersonaTurns>(personas, session), session);
  expect_same_sharing(plan, 30, Tokens(32));
  const std::vector<DrivePrompt> prompts = plan_prompts(plan, "talk", 30, *kv::make_estimator());
  const auto cursor = plan.cursor();
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const Request request = cursor->read(i);
    EXPECT_EQ(prompts[i].session_id, "talk-" + std::to_string(request.conversation));
    EXPECT_EQ(prompts[i].session_turn_index, request.conversation_turn);
    EXPECT_EQ(prompts[i].think, request.think);
    EXPECT_EQ(*prompts[i].max_tokens, std::max<std::uint64_t>(request.output_tokens.count(), 1));
  }
}

TEST(PlanPrompts, KnowTheirPlaceAndTime) {
  const auto plan = open_trace(excerpt("mooncake/conversation_head.jsonl"), {.open_loop = true});
  const std::vector<DrivePrompt> prompts = plan_prompts(*plan, "p", 20, *kv::make_estimator());
  EXPECT_EQ(prompts[3].id, "p-00003");
  EXPECT_EQ(prompts[3].set, "mooncake");
  EXPECT_EQ(prompts[3].metadata, R"({"plan_index":3,"user":0})");
  EXPECT_EQ(prompts[3].sha256, sha256_hex(prompts[3].text));
  EXPECT_EQ(prompts[3].target_tokens, 2290U);
  EXPECT_EQ(prompts[3].max_tokens, 316U);
  EXPECT_EQ(prompts[19].due, plan->due_of(19));
  EXPECT_EQ(prompts[3].session_id, "");
}

}  // namespace
}  // namespace spillway::workload
