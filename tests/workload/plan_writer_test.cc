// SPDX-License-Identifier: Apache-2.0
#include "workload/plan_writer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"
#include "workload/listed_turns.h"
#include "workload/personas.h"
#include "workload/request_list.h"
#include "workload/session_plan.h"

namespace spillway::workload {
namespace {

std::string written(const Plan& plan) {
  std::string text;
  write_plan(plan, [&](std::string_view line) { text += line; });
  return text;
}

TEST(PlanWriter, WhatItWritesIsReadAsTheSameRequests) {
  SessionOptions session;
  session.seed = 7;
  session.system_prompt_probability = 0;
  const SessionPlan plan(
      std::make_unique<PersonaTurns>(PersonaOptions{.users = 5, .most_requests = 200}, session),
      session);
  const TemporaryDirectory directory;
  const std::string path = directory.write("plan.jsonl", written(plan));

  const SessionPlan again(
      std::make_unique<ListedTurns>(read_request_list(path), DealOptions(), session), session);
  ASSERT_EQ(again.size(), plan.size());
  const auto before = plan.cursor();
  const auto after = again.cursor();
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const Request a = before->read(i);
    const Request b = after->read(i);
    EXPECT_EQ(a.user, b.user);
    EXPECT_EQ(a.input_tokens, b.input_tokens) << "history included";
    EXPECT_EQ(a.output_tokens, b.output_tokens);
    EXPECT_EQ(a.qos, b.qos);
    EXPECT_EQ(a.phase, b.phase);
    EXPECT_EQ(a.conversation_turn, b.conversation_turn);
  }
  EXPECT_EQ(written(again).size() > 0, true);
}

TEST(PlanWriter, WritesATraceAsLengths) {
  const auto plan = open_trace(excerpt("mooncake/conversation_head.jsonl"), {.max_requests = 2});
  const std::string text = written(*plan);
  const Request first = plan->cursor()->read(0);
  EXPECT_NE(text.find("\"context_tokens\":" + std::to_string(first.input_tokens.count())),
            std::string::npos)
      << text;
}

TEST(PlanWriter, RefusesAPlanWithoutEnd) {
  const SessionOptions session;
  const SessionPlan plan(std::make_unique<PersonaTurns>(
                             PersonaOptions{.users = 1, .length = std::chrono::hours(1)}, session),
                         session);
  EXPECT_THROW(written(plan), Error);
}

}  // namespace
}  // namespace spillway::workload
