// SPDX-License-Identifier: Apache-2.0
#include "workload/session_plan.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "workload/personas.h"

namespace spillway::workload {
namespace {

SessionOptions seeded(std::uint64_t seed = 42) {
  SessionOptions made;
  made.seed = seed;
  return made;
}

SessionPlan plan_of(std::uint32_t users, std::uint64_t requests, const SessionOptions& options) {
  return SessionPlan(std::make_unique<PersonaTurns>(
                         PersonaOptions{.users = users, .most_requests = requests}, options),
                     options);
}

Tokens tokens_of(const Request& request, kv::Role role) {
  Tokens sum;
  for (const kv::Piece& piece : request.prompt.pieces) {
    if (piece.role == role) sum += piece.tokens;
  }
  return sum;
}

TEST(SessionPlan, APromptRepeatsWhatWasSaidBefore) {
  const SessionPlan plan = plan_of(5, 500, seeded());
  const auto cursor = plan.cursor();
  std::map<std::uint64_t, std::vector<kv::Piece>> said;  // by conversation
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const Request request = cursor->read(i);
    std::vector<kv::Piece>& before = said[request.conversation];
    ASSERT_GE(request.prompt.pieces.size(), before.size());
    for (std::size_t p = 0; p < before.size(); ++p) {
      EXPECT_EQ(request.prompt.pieces[p].id, before[p].id);
      EXPECT_EQ(request.prompt.pieces[p].tokens, before[p].tokens);
    }
    before = request.prompt.pieces;
    before.push_back({.id = *request.answer_id, .tokens = request.output_tokens});
  }
}

TEST(SessionPlan, TurnsAreCountedFromOne) {
  const SessionPlan plan = plan_of(5, 500, seeded());
  const auto cursor = plan.cursor();
  std::map<std::uint64_t, std::uint32_t> turns;
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const Request request = cursor->read(i);
    EXPECT_EQ(request.conversation_turn, ++turns[request.conversation]);
    EXPECT_EQ(plan.conversation_of(i), request.conversation);
    EXPECT_EQ(plan.ticket_of(i).qos, request.qos);
    EXPECT_EQ(plan.index_of(request.user, request.turn), i);
  }
}

TEST(SessionPlan, SharedPromptsAreAsManyAndAsLongAsTold) {
  SessionOptions options = seeded();
  options.system_prompt_probability = 1;
  options.shortest_system_prompt = Tokens(8);
  options.most_system_prompts = 2;
  const SessionPlan plan = plan_of(50, 200, options);
  const auto cursor = plan.cursor();
  std::set<std::uint64_t> lengths;
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    lengths.insert(tokens_of(cursor->read(i), kv::Role::system).count());
  }
  EXPECT_EQ(lengths, (std::set<std::uint64_t>{8, 9})) << "of 5 and 9 tokens; the third is not used";
  options.most_system_prompts = 0;
  const SessionPlan none = plan_of(5, 5, options);
  EXPECT_EQ(tokens_of(none.cursor()->read(0), kv::Role::system), Tokens(0));
}

TEST(SessionPlan, AFifthOfTheConversationsBeginWithOneOfThreeSharedPrompts) {
  const SessionPlan plan = plan_of(2000, 2000, seeded());
  const auto cursor = plan.cursor();
  std::set<std::pair<std::uint64_t, std::uint64_t>> texts;
  int with = 0;
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const kv::Piece first = cursor->read(i).prompt.pieces.front();
    if (first.role != kv::Role::system) continue;
    ++with;
    texts.insert({first.id, first.tokens.count()});
  }
  EXPECT_NEAR(with, 400, 60);
  EXPECT_EQ(texts.size(), 3U);
}

TEST(SessionPlan, TheSharedPromptIsPartOfTheContext) {
  SessionOptions always = seeded();
  always.system_prompt_probability = 1;
  SessionOptions never = seeded();
  never.system_prompt_probability = 0;
  const SessionPlan with = plan_of(10, 10, always);
  const SessionPlan without = plan_of(10, 10, never);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const Request a = with.cursor()->read(i);
    const Request b = without.cursor()->read(i);
    EXPECT_EQ(a.input_tokens, b.input_tokens);
    EXPECT_GE(tokens_of(a, kv::Role::system), Tokens(5));
    EXPECT_LE(tokens_of(a, kv::Role::system), Tokens(9));
  }
}

TEST(SessionPlan, LongPromptsAreOnlyPrefilled) {
  const SessionPlan plan = plan_of(300, 300, seeded());
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const Request request = plan.cursor()->read(i);
    const Tokens context =
        tokens_of(request, kv::Role::fresh) + tokens_of(request, kv::Role::system);
    EXPECT_EQ(request.phase == RequestPhase::prefill, context >= Tokens(10000));
  }
}

TEST(SessionPlan, AQueryReadsChunksOfTheCorpusAndNothingElse) {
  SessionOptions options = seeded();
  options.rag.documents = 10;
  const SessionPlan plan = plan_of(20, 2000, options);
  std::set<std::uint64_t> chunks;
  for (const auto& document : plan.corpus().documents) {
    for (const kv::Piece& chunk : document) chunks.insert(chunk.id);
  }
  int queries = 0;
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const Request request = plan.cursor()->read(i);
    if (request.prompt.pieces.front().role != kv::Role::retrieved) continue;
    ++queries;
    EXPECT_EQ(request.phase, RequestPhase::decode);
    EXPECT_EQ(request.conversation, 0U);
    for (const kv::Piece& piece : request.prompt.pieces) EXPECT_TRUE(chunks.contains(piece.id));
    EXPECT_EQ(tokens_of(request, kv::Role::retrieved), request.input_tokens);
  }
  EXPECT_NEAR(queries, 182, 50);
}

TEST(SessionPlan, ALaterDocumentComesInForTheOldest) {
  SessionOptions options = seeded();
  options.rag.documents = 10;
  EXPECT_EQ(plan_of(20, 10, options).corpus().replaced_by(9), std::nullopt);
  options.rag.most_documents = 3;
  const Corpus corpus = plan_of(20, 10, options).corpus();
  EXPECT_EQ(corpus.documents.size(), 10U);
  EXPECT_EQ(corpus.replaced_by(2), std::nullopt);
  EXPECT_EQ(corpus.replaced_by(3), 0U);
  EXPECT_EQ(corpus.replaced_by(9), 6U) << "the one before the first that is kept";
}

TEST(SessionPlan, ANodeThatOnlyDecodesReadsWhatIsThereBefore) {
  SessionOptions options = seeded();
  options.halves = Halves::decode_only;
  options.prepopulated = 40;
  const SessionPlan plan = plan_of(4, 400, options);
  std::set<std::uint64_t> there;
  for (const kv::Piece& piece : plan.corpus().entries) there.insert(piece.id);
  EXPECT_EQ(there.size(), 40U);
  std::set<std::uint64_t> read;
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const Request request = plan.cursor()->read(i);
    EXPECT_EQ(request.phase, RequestPhase::decode);
    ASSERT_EQ(request.prompt.pieces.size(), 1U);
    EXPECT_EQ(request.input_tokens, Tokens(2048));
    read.insert(request.prompt.pieces.front().id);
  }
  EXPECT_EQ(read, there) << "uniformly, so that 400 reads find all of 40";
}

TEST(SessionPlan, ItsHashIsThatOfWhatIsAsked) {
  const std::string hash = plan_of(10, 300, seeded()).summary().hash;
  EXPECT_EQ(hash.size(), 32U);
  EXPECT_EQ(plan_of(10, 300, seeded()).summary().hash, hash);
  EXPECT_NE(plan_of(10, 300, seeded(43)).summary().hash, hash);
  EXPECT_NE(plan_of(10, 299, seeded()).summary().hash, hash);
  EXPECT_NE(plan_of(11, 300, seeded()).summary().hash, hash);
  SessionOptions other = seeded();
  other.qos.interactive = 0.3;
  EXPECT_NE(plan_of(10, 300, other).summary().hash, hash);
}

TEST(SessionPlan, IsTheSameInAnyOrderOfReading) {
  const SessionPlan plan = plan_of(10, 300, seeded());
  const auto forwards = plan.cursor();
  std::vector<Request> requests;
  for (std::uint64_t i = 0; i < plan.size(); ++i) requests.push_back(forwards->read(i));
  const auto backwards = plan.cursor();
  for (std::uint64_t i = plan.size(); i-- > 0;) {
    EXPECT_EQ(backwards->read(i).prompt.pieces, requests[i].prompt.pieces);
  }
}

TEST(SessionPlan, SumsAreThoseOfTheRequests) {
  const SessionPlan plan = plan_of(10, 300, seeded());
  Tokens input;
  Tokens output;
  for (std::uint64_t i = 0; i < plan.size(); ++i) {
    const Request request = plan.cursor()->read(i);
    input += request.input_tokens;
    output += request.output_tokens;
    EXPECT_EQ(kv::length(request.prompt), request.input_tokens);
  }
  EXPECT_EQ(plan.summary().input_tokens, input);
  EXPECT_EQ(plan.summary().output_tokens, output);
  EXPECT_EQ(plan.summary().requests, 300U);
  EXPECT_FALSE(plan.summary().endless);
  EXPECT_TRUE(plan.summary().has_classes);
}

}  // namespace
}  // namespace spillway::workload
