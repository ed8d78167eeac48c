// SPDX-License-Identifier: Apache-2.0
#include "workload/session_plan.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "workload/content_id.h"
#include "workload/fingerprint.h"

namespace spillway::workload {

class SessionPlan::SessionCursor final : public Cursor {
 public:
  explicit SessionCursor(const SessionPlan& plan) : plan_(plan) {}

  Request read(std::uint64_t index) override {
    Request request;
    plan_.compose(index, conversation_, request);
    return request;
  }

 private:
  const SessionPlan& plan_;
  Conversation conversation_;  // kept for its memory
};

SessionPlan::SessionPlan(std::unique_ptr<const TurnSource> turns, const SessionOptions& options)
    : turns_(std::move(turns)), options_(options), documents_(options.rag, options.seed) {
  summarise();
}

std::unique_ptr<Cursor> SessionPlan::cursor() const {
  return std::make_unique<SessionCursor>(*this);
}

Ticket SessionPlan::ticket_of(std::uint64_t index) const {
  const Turn turn = turns_->turn(index);
  return {.user = turn.user, .qos = turn.qos, .think = turn.think};
}

std::uint64_t SessionPlan::conversation_of(std::uint64_t index) const {
  Conversation conversation;
  turns_->conversation(index, conversation);
  return conversation.id;
}

Corpus SessionPlan::corpus() const {
  Corpus corpus;
  for (std::uint32_t i = 0; i < documents_.count(); ++i) {
    corpus.documents.push_back(documents_.chunks(i));
  }
  corpus.first_kept = documents_.first_kept();
  for (std::uint64_t i = 0; i < options_.prepopulated; ++i) {
    corpus.entries.push_back({.id = content_id(ContentKind::prepopulated, i),
                              .tokens = options_.prepopulated_tokens,
                              .role = kv::Role::fresh});
  }
  return corpus;
}

// The one that the conversation begins with, or the request, when it stands alone.
void SessionPlan::add_system_prompt(const Conversation& conversation, Request& request) const {
  const std::uint64_t anchor = conversation.id != 0 ? conversation.id : request.index;
  Random random({.seed = options_.seed,
                 .purpose = Purpose::prefix,
                 .user = request.user,
                 .request = anchor & ((std::uint64_t{1} << 48U) - 1)});
  if (random.uniform() >= options_.system_prompt_probability) return;
  if (options_.most_system_prompts == 0) return;
  const std::uint64_t texts =
      std::min<std::uint64_t>(options_.most_system_prompts, kSystemPromptTokens.size());
  const std::uint64_t text = random.uniform_int(0, texts - 1);
  request.prompt.pieces.push_back(
      {.id = content_id(ContentKind::system, text),
       .tokens = std::max(Tokens(kSystemPromptTokens.at(text)), options_.shortest_system_prompt),
       .role = kv::Role::system});
}

// The shared prompt is part of the context that was drawn or listed.
Tokens SessionPlan::fresh_tokens(Tokens context, Tokens system) const {
  return context > system ? context - system : Tokens(1);
}

RequestPhase SessionPlan::phase_of(const Turn& turn) const {
  switch (options_.halves) {
    case Halves::prefill_only:
      return RequestPhase::prefill;
    case Halves::decode_only:
      return RequestPhase::decode;
    case Halves::both:
      break;
  }
  if (turn.phase) return *turn.phase;
  if (turn.retrieval) return RequestPhase::decode;
  return turn.context >= options_.prefill_only_from ? RequestPhase::prefill : RequestPhase::both;
}

void SessionPlan::read_prepopulated(const Turn& turn, Request& request) const {
  Random random({.seed = options_.seed,
                 .purpose = Purpose::retrieval,
                 .user = turn.user,
                 .request = 2 * turn.sequence + 1});
  const std::uint64_t entry = random.uniform_int(0, options_.prepopulated - 1);
  request.prompt.pieces.push_back({.id = content_id(ContentKind::prepopulated, entry),
                                   .tokens = options_.prepopulated_tokens,
                                   .role = kv::Role::fresh});
}

void SessionPlan::converse(const Turn& turn, Conversation& conversation, Request& request) const {
  std::vector<kv::Piece>& pieces = request.prompt.pieces;
  turns_->conversation(request.index, conversation);
  request.conversation = conversation.id;
  if (conversation.id != 0) {
    request.conversation_turn = static_cast<std::uint32_t>(conversation.earlier.size()) + 1;
  }
  add_system_prompt(conversation, request);
  const Tokens system = kv::length(request.prompt);
  for (const std::uint64_t index : conversation.earlier) {
    const Turn before = turns_->turn(index);
    pieces.push_back({.id = before.content,
                      .tokens = fresh_tokens(before.context, system),
                      .role = kv::Role::history});
    pieces.push_back({.id = content_id(ContentKind::answer, before.content),
                      .tokens = before.generate,
                      .role = kv::Role::answer});
  }
  pieces.push_back(
      {.id = turn.content, .tokens = fresh_tokens(turn.context, system), .role = kv::Role::fresh});
}

void SessionPlan::compose(std::uint64_t index, Conversation& conversation, Request& request) const {
  check(index < turns_->size(), "the request is one of the plan");
  const Turn turn = turns_->turn(index);
  request.index = index;
  request.user = turn.user;
  request.turn = turn.sequence;
  request.due = turn.due;
  request.think = turn.think;
  request.qos = turn.qos;
  request.output_tokens = turn.generate;
  if (options_.halves == Halves::decode_only) {
    read_prepopulated(turn, request);
  } else if (turn.retrieval) {
    Random random({.seed = options_.seed,
                   .purpose = Purpose::retrieval,
                   .user = turn.user,
                   .request = 2 * turn.sequence + 1});
    request.prompt.pieces = documents_.retrieve(random);
  } else {
    converse(turn, conversation, request);
  }
  request.input_tokens = kv::length(request.prompt);
  request.answer_id = content_id(ContentKind::answer, turn.content);
  request.phase = phase_of(turn);
}

// Sums are known of a plan that ends; of an endless one only its hash.
void SessionPlan::summarise() {
  const std::uint64_t hashed = turns_->hashed();
  Fingerprint fingerprint(options_.block_tokens, turns_->users());
  Conversation conversation;
  for (std::uint64_t index = 0; index < hashed; ++index) {
    Request request;
    compose(index, conversation, request);
    const auto kind =
        (static_cast<std::uint64_t>(request.phase) << 8U) + static_cast<std::uint64_t>(request.qos);
    fingerprint.add(request.user, kind, request.due, digest_of(request));
    summary_.input_tokens += request.input_tokens;
    summary_.output_tokens += request.output_tokens;
    summary_.blocks += request.input_tokens / options_.block_tokens;
    summary_.span = std::max(summary_.span, request.due);
  }
  summary_.format = turns_->format();
  summary_.note = turns_->note();
  summary_.hash = fingerprint.text({});
  summary_.users = turns_->users();
  summary_.requests = turns_->size();
  summary_.block_tokens = options_.block_tokens;
  summary_.by_time = turns_->by_time();
  summary_.has_classes = true;
  summary_.endless = hashed < turns_->size();
}

}  // namespace spillway::workload
