// SPDX-License-Identifier: Apache-2.0
#include "workload/listed_turns.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "core/error.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;

// Three conversations of two turns, then two requests that stand alone, one second apart.
RequestList list() {
  RequestList made{
      .format = "requests", .timed = true, .users = 5, .conversations = 3, .requests = {}};
  for (std::uint32_t i = 0; i < 6; ++i) {
    made.requests.push_back({.user = i % 3,
                             .conversation = i % 3 + 1,
                             .turn = i / 3 + 1,
                             .context = 100 + i,
                             .generate = i,
                             .due = i * 1s});
  }
  made.requests.push_back({.user = 3, .context = 7, .generate = 1, .due = 6s});
  made.requests.push_back(
      {.user = 4, .context = 8, .generate = 1, .qos = Qos::batch, .key = 99, .due = 7s});
  return made;
}

SessionOptions seeded(std::uint64_t seed) {
  SessionOptions made;
  made.seed = seed;
  return made;
}

void expect_consistent(const ListedTurns& turns) {
  std::set<std::uint64_t> seen;
  for (std::uint32_t user = 0; user < turns.users(); ++user) {
    for (std::uint64_t i = 0; i < turns.requests_of(user); ++i) {
      const std::uint64_t index = turns.index_of(user, i);
      EXPECT_LT(index, turns.size());
      EXPECT_TRUE(seen.insert(index).second);
      EXPECT_EQ(turns.turn(index).user, user);
      EXPECT_EQ(turns.turn(index).sequence, i);
    }
  }
  EXPECT_EQ(seen.size(), turns.size());
}

TEST(ListedTurns, AreTheListUnlessToldOtherwise) {
  const ListedTurns turns(list(), {.by_time = true}, {});
  ASSERT_EQ(turns.size(), 8U);
  EXPECT_EQ(turns.users(), 5U);
  expect_consistent(turns);
  for (std::uint64_t i = 0; i < 8; ++i) {
    EXPECT_EQ(turns.turn(i).due, static_cast<int>(i) * 1s);
    EXPECT_EQ(turns.turn(i).context.count(), list().requests[i].context);
  }
  EXPECT_EQ(turns.turn(7).qos, Qos::batch) << "given, not drawn";
}

TEST(ListedTurns, KnowWhatCameBeforeInAConversation) {
  const ListedTurns turns(list(), {.by_time = true}, {});
  Conversation found;
  turns.conversation(4, found);
  EXPECT_NE(found.id, 0U);
  EXPECT_EQ(found.earlier, std::vector<std::uint64_t>{1});
  turns.conversation(6, found);
  EXPECT_EQ(found.id, 0U);

  SessionOptions alone;
  alone.conversation.multi_turn = false;
  const ListedTurns apart(list(), {.by_time = true}, alone);
  apart.conversation(4, found);
  EXPECT_EQ(found.id, 0U);
  EXPECT_TRUE(found.earlier.empty());
}

TEST(ListedTurns, ConversationsThatAreNotRememberedStandAlone) {
  SessionOptions options;
  options.conversation.most_remembered = 2;
  const ListedTurns turns(list(), {.by_time = true}, options);
  Conversation found;
  turns.conversation(4, found);
  EXPECT_EQ(found.earlier, std::vector<std::uint64_t>{1}) << "of the second user";
  turns.conversation(5, found);
  EXPECT_EQ(found.id, 0U) << "of the third";
  EXPECT_TRUE(found.earlier.empty());
}

TEST(ListedTurns, AreDealtSoThatAConversationStaysWithOneUser) {
  for (const bool shuffled : {false, true}) {
    const ListedTurns turns(list(), {.users = 2, .shuffled = shuffled}, seeded(3));
    EXPECT_EQ(turns.users(), 2U);
    expect_consistent(turns);
    Conversation found;
    for (std::uint64_t i = 0; i < turns.size(); ++i) {
      turns.conversation(i, found);
      for (const std::uint64_t earlier : found.earlier) {
        EXPECT_EQ(turns.turn(earlier).user, turns.turn(i).user);
        EXPECT_LT(turns.turn(earlier).sequence, turns.turn(i).sequence);
      }
    }
  }
}

TEST(ListedTurns, AreShuffledByTheSeedAlone) {
  const auto order = [](std::uint64_t seed) {
    RequestList many{.format = "sharegpt", .users = 40, .conversations = 40, .requests = {}};
    for (std::uint32_t i = 0; i < 40; ++i) {
      many.requests.push_back({.user = i, .conversation = i + 1, .turn = 1, .context = i + 1});
    }
    const ListedTurns turns(std::move(many), {.users = 1, .shuffled = true}, seeded(seed));
    std::vector<std::uint64_t> contexts;
    for (std::uint64_t i = 0; i < 40; ++i) contexts.push_back(turns.turn(i).context.count());
    return contexts;
  };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
}

// The next pass begins a mean gap after the last request: at 8 s.
TEST(ListedTurns, APassIsNewContentLater) {
  const ListedTurns turns(list(), {.by_time = true, .time_scale = 0.5, .passes = 3}, {});
  ASSERT_EQ(turns.size(), 24U);
  expect_consistent(turns);
  EXPECT_EQ(turns.turn(8).due, 4s);
  EXPECT_EQ(turns.turn(23).due, 11'500ms);
  EXPECT_NE(turns.turn(0).content, turns.turn(8).content);
  EXPECT_NE(turns.turn(7).content, turns.turn(15).content) << "keys, too";
  Conversation first;
  Conversation second;
  turns.conversation(4, first);
  turns.conversation(12, second);
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(second.earlier, std::vector<std::uint64_t>{9});
  EXPECT_EQ(turns.hashed(), 8U);
}

TEST(ListedTurns, MayEndInTheMiddleOfAPass) {
  for (const std::uint64_t most : {1U, 7U, 8U, 13U}) {
    const ListedTurns turns(list(), {.passes = 4, .most_requests = most}, {});
    EXPECT_EQ(turns.size(), most);
    expect_consistent(turns);
  }
}

TEST(ListedTurns, EqualKeysAreEqualContent) {
  RequestList two{.format = "requests", .users = 2, .requests = {}};
  two.requests = {{.user = 0, .context = 5, .key = 9}, {.user = 1, .context = 5, .key = 9}};
  const ListedTurns turns(std::move(two), {}, {});
  EXPECT_EQ(turns.turn(0).content, turns.turn(1).content);
}

TEST(ListedTurns, SayWhatTheListIsLikeAndWhatWasPassedOver) {
  RequestList list;
  list.requests = {{.context = 100, .generate = 10}, {.context = 300, .generate = 10}};
  list.users = 1;
  list.skipped = 4;
  EXPECT_EQ(ListedTurns(list, {}, {}).note(),
            "2 rows that add 200 tokens (sd 100, P50 200, P95 290, 100 to 300) and answer 10 "
            "tokens (sd 0, P50 10, P95 10, 10 to 10); 4 records are no requests");
}

TEST(ListedTurns, RefuseAnEmptyList) { EXPECT_THROW(ListedTurns({}, {}, {}), Error); }

TEST(ListedTurns, GoOnWithoutEnd) {
  const ListedTurns turns(list(), {.passes = ~std::uint64_t{0}}, {});
  EXPECT_GT(turns.size(), std::uint64_t{1} << 60U);
  EXPECT_EQ(turns.turn(turns.index_of(0, 1'000'001)).user, 0U);
}

}  // namespace
}  // namespace spillway::workload
