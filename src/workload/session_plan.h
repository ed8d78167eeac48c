// SessionPlan: turns become requests: the shared prompt, what was said before, what is new.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "kv/prompt.h"
#include "workload/documents.h"
#include "workload/plan.h"
#include "workload/session_options.h"
#include "workload/turn_source.h"

namespace spillway::workload {

// Three texts that users share, as long as the benchmark's: a word stands for a token.
inline constexpr std::array<std::uint64_t, 3> kSystemPromptTokens = {5, 9, 6};

// Prompts are, in this order: the system prompt (drawn for each conversation), the earlier turns
// with their answers, what is retrieved, what the request adds.
class SessionPlan final : public Plan {
 public:
  // The summary's hash covers the options and what every user asks, in order (docs/formats.md).
  SessionPlan(std::unique_ptr<const TurnSource> turns, const SessionOptions& options);

  const PlanSummary& summary() const override { return summary_; }
  Duration due_of(std::uint64_t index) const override { return turns_->turn(index).due; }
  Ticket ticket_of(std::uint64_t index) const override;
  std::uint64_t conversation_of(std::uint64_t index) const override;
  std::uint64_t requests_of(std::uint32_t user) const override { return turns_->requests_of(user); }
  std::uint64_t index_of(std::uint32_t user, std::uint64_t turn) const override {
    return turns_->index_of(user, turn);
  }
  std::unique_ptr<Cursor> cursor() const override;

  Corpus corpus() const override;

 private:
  class SessionCursor;

  void compose(std::uint64_t index, Conversation& conversation, Request& request) const;
  void read_prepopulated(const Turn& turn, Request& request) const;
  void converse(const Turn& turn, Conversation& conversation, Request& request) const;
  void add_system_prompt(const Conversation& conversation, Request& request) const;
  Tokens fresh_tokens(Tokens context, Tokens system) const;
  RequestPhase phase_of(const Turn& turn) const;
  void summarise();

  std::unique_ptr<const TurnSource> turns_;
  SessionOptions options_;
  Documents documents_;
  PlanSummary summary_;
};

}  // namespace spillway::workload
