// SPDX-License-Identifier: Apache-2.0
#include "workload/personas.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace spillway::workload {
namespace {

constexpr std::uint32_t kMany = 6000;

SessionOptions session(std::uint64_t seed = 42) {
  SessionOptions made;
  made.seed = seed;
  return made;
}

PersonaTurns turns_of(std::uint32_t users, std::uint64_t requests,
                      const SessionOptions& options = session()) {
  return PersonaTurns({.users = users, .most_requests = requests}, options);
}

// Published: mean context 5644.0 over users, 17.6 % of requests of 10,000 tokens or more, 192.5
// generated tokens (tier benchmark, April 2026: table of the offered load).
TEST(PersonaTurns, OfferThePublishedLoad) {
  const PersonaTurns turns = turns_of(kMany, std::uint64_t{kMany} * 10);
  double context = 0;
  double generate = 0;
  double long_ones = 0;
  for (std::uint64_t i = 0; i < turns.size(); ++i) {
    const Turn turn = turns.turn(i);
    context += static_cast<double>(turn.context.count());
    generate += static_cast<double>(turn.generate.count());
    if (turn.context >= Tokens(10000)) ++long_ones;
  }
  const auto all = static_cast<double>(turns.size());
  EXPECT_NEAR(context / all, 5644, 150);
  EXPECT_NEAR(generate / all, 192.5, 4);
  EXPECT_NEAR(long_ones / all, 0.176, 0.01);
}

TEST(PersonaTurns, DrawClassesOnceAUserInThePublishedShares) {
  const PersonaTurns turns = turns_of(kMany, std::uint64_t{kMany} * 2);
  std::map<Qos, int> users;
  for (std::uint32_t user = 0; user < kMany; ++user) {
    const Qos qos = turns.turn(turns.index_of(user, 0)).qos;
    EXPECT_EQ(turns.turn(turns.index_of(user, 1)).qos, qos);
    ++users[qos];
  }
  EXPECT_NEAR(users[Qos::interactive], 0.15 * kMany, 0.015 * kMany);
  EXPECT_NEAR(users[Qos::responsive], 0.35 * kMany, 0.02 * kMany);
  EXPECT_NEAR(users[Qos::batch], 0.50 * kMany, 0.02 * kMany);
}

TEST(PersonaTurns, PauseWithinAFifthOfTheUsersOwnPause) {
  const PersonaTurns turns = turns_of(50, 5000);
  for (std::uint32_t user = 0; user < 50; ++user) {
    Duration least = Duration::max();
    Duration most{};
    for (std::uint64_t i = 0; i < 100; ++i) {
      const Duration think = turns.turn(turns.index_of(user, i)).think;
      least = std::min(least, think);
      most = std::max(most, think);
    }
    EXPECT_LE(most.count(), least.count() * 3 / 2 + 1000) << "1.2 / 0.8";
    EXPECT_GE(least, std::chrono::milliseconds(80));
    EXPECT_LE(most, std::chrono::milliseconds(1800));
  }
}

// A conversation ends before each later turn with probability 0.2: five turns on average.
TEST(PersonaTurns, ConversationsHaveFiveTurnsOnAverage) {
  const PersonaTurns turns = turns_of(500, 500 * 100);
  std::set<std::uint64_t> ids;
  Conversation found;
  for (std::uint64_t i = 0; i < turns.size(); ++i) {
    turns.conversation(i, found);
    ids.insert(found.id);
  }
  EXPECT_NEAR(static_cast<double>(turns.size()) / static_cast<double>(ids.size()), 5, 0.2);
}

TEST(PersonaTurns, TheEarlierTurnsOfATurnAreAllThatCameBeforeInItsConversation) {
  SessionOptions with_queries = session();
  with_queries.rag.documents = 10;
  for (const SessionOptions& options : {session(), with_queries}) {
    const PersonaTurns turns = turns_of(20, 20 * 200, options);
    Conversation found;
    for (std::uint32_t user = 0; user < 20; ++user) {
      std::uint64_t id = 0;
      std::vector<std::uint64_t> expected;
      for (std::uint64_t sequence = 0; sequence < 200; ++sequence) {
        const std::uint64_t index = turns.index_of(user, sequence);
        turns.conversation(index, found);
        if (turns.turn(index).retrieval) {
          EXPECT_EQ(found.id, 0U);
          continue;
        }
        ASSERT_NE(found.id, 0U);
        if (found.id != id) expected.clear();
        id = found.id;
        EXPECT_EQ(found.earlier, expected);
        expected.push_back(index);
      }
    }
  }
}

TEST(PersonaTurns, AConversationHasNoMoreTurnsThanAllowed) {
  SessionOptions endless = session();
  endless.conversation.end_probability = 0;
  endless.conversation.most_turns = 50;
  const PersonaTurns turns = turns_of(1, 170, endless);
  Conversation found;
  for (std::uint64_t i = 0; i < 170; ++i) {
    turns.conversation(i, found);
    EXPECT_EQ(found.earlier.size(), i % 50);
  }
}

TEST(PersonaTurns, OnlySoManyConversationsAreRemembered) {
  SessionOptions few = session();
  few.conversation.most_remembered = 2;
  const PersonaTurns turns = turns_of(3, 300, few);
  Conversation found;
  std::uint64_t earlier = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    turns.conversation(i, found);
    EXPECT_EQ(found.id == 0, turns.turn(i).user == 2);
    if (found.id == 0) EXPECT_TRUE(found.earlier.empty());
    earlier += found.earlier.size();
  }
  EXPECT_GT(earlier, 0U);
}

TEST(PersonaTurns, StandAloneWhereNobodyConverses) {
  SessionOptions alone = session();
  alone.conversation.multi_turn = false;
  const PersonaTurns turns = turns_of(3, 300, alone);
  Conversation found;
  for (std::uint64_t i = 0; i < 300; ++i) {
    turns.conversation(i, found);
    EXPECT_EQ(found.id, 0U);
    EXPECT_TRUE(found.earlier.empty());
  }
}

// Every other request is followed by a query with probability 0.1: one in eleven.
TEST(PersonaTurns, OneInElevenIsAQueryWhereThereAreDocuments) {
  SessionOptions options = session();
  options.rag.documents = 10;
  const PersonaTurns turns = turns_of(100, 22'000, options);
  int queries = 0;
  for (std::uint64_t i = 0; i < turns.size(); ++i) queries += turns.turn(i).retrieval ? 1 : 0;
  EXPECT_NEAR(queries, 2000, 150);
}

TEST(PersonaTurns, ThePlanIsAsLongAsToldAndSharedOut) {
  const PersonaTurns turns = turns_of(7, 500);
  EXPECT_EQ(turns.size(), 500U);
  std::uint64_t sum = 0;
  for (std::uint32_t user = 0; user < 7; ++user) {
    const std::uint64_t own = turns.requests_of(user);
    sum += own;
    EXPECT_LT(turns.index_of(user, own - 1), 500U);
    for (std::uint64_t i = 0; i < own; ++i) {
      const Turn turn = turns.turn(turns.index_of(user, i));
      EXPECT_EQ(turn.user, user);
      EXPECT_EQ(turn.sequence, i);
    }
  }
  EXPECT_EQ(sum, 500U);
  EXPECT_EQ(turns.hashed(), 500U);
}

TEST(PersonaTurns, ThePlanOfADurationIsLongerThanAnybodyCanAsk) {
  const PersonaTurns turns({.users = 30, .length = std::chrono::seconds(60)}, session());
  for (std::uint32_t user = 0; user < 30; ++user) {
    Duration asked{};
    for (std::uint64_t i = 0; i < turns.requests_of(user); ++i) {
      asked += turns.turn(turns.index_of(user, i)).think;
    }
    EXPECT_GE(asked, std::chrono::seconds(60));
  }
  EXPECT_LT(turns.hashed(), turns.size());
}

TEST(PersonaTurns, AnotherSeedIsAnotherPopulation) {
  const PersonaTurns a = turns_of(20, 20, session(1));
  const PersonaTurns b = turns_of(20, 20, session(2));
  const PersonaTurns c = turns_of(20, 20, session(1));
  int same = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    same += a.turn(i).context == b.turn(i).context ? 1 : 0;
    EXPECT_EQ(a.turn(i).context, c.turn(i).context);
  }
  EXPECT_LT(same, 3);
}

}  // namespace
}  // namespace spillway::workload
