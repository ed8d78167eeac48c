// SPDX-License-Identifier: Apache-2.0
#include "workload/personas.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/random.h"
#include "workload/content_id.h"
#include "workload/draws.h"

namespace spillway::workload {
namespace {

// Pauses and due times are drawn in whole microseconds.
Duration draw_time(Random& random, Duration low, Duration high) {
  constexpr Duration kUnit = std::chrono::microseconds(1);
  const auto count = [&](Duration time) { return static_cast<std::uint64_t>(time / kUnit); };
  return kUnit * static_cast<Duration::rep>(random.uniform_int(count(low), count(high)));
}

// Turns that are enough for a user who never waits for an answer and always pauses least.
std::uint64_t turns_within(Duration length, Duration think, double scale) {
  const Duration least = from_seconds(to_seconds(think * 4 / 5) * scale);
  if (least <= Duration::zero()) return std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint64_t>(length / least) + 1;
}

// Of an endless workload these many turns of each user enter the hash: all others come from the
// same streams.
constexpr std::uint64_t kHashedTurns = 64;

}  // namespace

PersonaTurns::PersonaTurns(const PersonaOptions& options, const SessionOptions& session)
    : options_(options), session_(session) {
  check(options.users > 0, "there is a user");
  check(options.most_requests || options.length, "a plan of personas ends somewhere");
  users_.reserve(options.users);
  std::uint64_t turns = 0;
  for (std::uint32_t user = 0; user < options.users; ++user) {
    users_.push_back(draw(user));
    if (options.length)
      turns =
          std::max(turns, turns_within(*options.length, users_.back().think, options.think_scale));
  }
  size_ = options.length ? turns * options.users : std::numeric_limits<std::uint64_t>::max();
  if (options.most_requests) size_ = std::min(size_, *options.most_requests);
}

PersonaTurns::User PersonaTurns::draw(std::uint32_t user) const {
  Random random({.seed = session_.seed, .purpose = Purpose::persona, .user = user, .request = 0});
  const Persona& persona =
      options_.personas.at(random.uniform_int(0, options_.personas.size() - 1));
  const auto tokens = [&](TokenRange range) {
    return static_cast<std::uint32_t>(random.uniform_int(range.low, range.high));
  };
  User drawn{};
  drawn.context = tokens(persona.context);
  drawn.generation = tokens(persona.generation);
  drawn.think = draw_time(random, persona.think.low, persona.think.high);
  drawn.qos = draw_qos(session_, user, 0);
  return drawn;
}

std::uint64_t PersonaTurns::requests_of(std::uint32_t user) const {
  return size_ / users() + (user < size_ % users() ? 1 : 0);
}

std::uint64_t PersonaTurns::index_of(std::uint32_t user, std::uint64_t sequence) const {
  return sequence * users() + user;
}

std::uint64_t PersonaTurns::hashed() const {
  if (options_.most_requests && size_ == *options_.most_requests) return size_;
  return std::min(size_, kHashedTurns * users());
}

// One request in (1 + p) is the one that follows with probability p.
bool PersonaTurns::is_retrieval(std::uint32_t user, std::uint64_t sequence) const {
  const RagOptions& rag = session_.rag;
  if (rag.documents == 0) return false;
  Random random({.seed = session_.seed,
                 .purpose = Purpose::retrieval,
                 .user = user,
                 .request = 2 * sequence + 2});
  return random.uniform() < rag.probability / (1 + rag.probability);
}

// Whether the user leaves the conversation before this turn.
bool PersonaTurns::begins(std::uint32_t user, std::uint64_t sequence) const {
  Random random(
      {.seed = session_.seed, .purpose = Purpose::conversation, .user = user, .request = sequence});
  return random.uniform() < session_.conversation.end_probability;
}

Turn PersonaTurns::turn(std::uint64_t index) const {
  const auto number = static_cast<std::uint32_t>(index % users());
  const User& user = users_[number];
  Turn turn;
  turn.user = number;
  turn.sequence = index / users();
  turn.qos = user.qos;
  turn.content = content_id(ContentKind::turn, number, turn.sequence);
  Random pause({.seed = session_.seed,
                .purpose = Purpose::think_time,
                .user = number,
                .request = turn.sequence});
  turn.think = draw_time(pause, user.think * 4 / 5, user.think * 6 / 5);
  Random random({.seed = session_.seed,
                 .purpose = Purpose::length,
                 .user = number,
                 .request = turn.sequence});
  if (is_retrieval(number, turn.sequence)) {
    turn.retrieval = true;
    const TokenRange answer = session_.rag.answer_tokens;
    turn.generate = Tokens(random.uniform_int(answer.low, answer.high));
    return turn;
  }
  const auto tokens = [&](std::uint64_t most) {
    return Tokens(
        random.uniform_int(std::max<std::uint64_t>(1, most / 4), std::max<std::uint64_t>(most, 1)));
  };
  turn.context = tokens(user.context);
  turn.generate = tokens(user.generation);
  return turn;
}

// Back to where the conversation began; how many turns that was says where the limit of turns cut
// it. A conversation ends soon, so the way is short.
void PersonaTurns::conversation(std::uint64_t index, Conversation& found) const {
  found = {};
  const auto user = static_cast<std::uint32_t>(index % users());
  const std::uint64_t last = index / users();
  if (!session_.conversation.remembers(user) || is_retrieval(user, last)) return;
  std::uint64_t first = last;
  for (std::uint64_t at = last; at > 0 && !begins(user, first);) {
    --at;
    if (is_retrieval(user, at)) continue;
    found.earlier.push_back(index_of(user, at));
    first = at;
  }
  const std::size_t part = found.earlier.size() / session_.conversation.most_turns;
  found.earlier.resize(found.earlier.size() % session_.conversation.most_turns);
  std::ranges::reverse(found.earlier);
  found.id = content_id(ContentKind::conversation, user, (first << 16U) + part);
}

}  // namespace spillway::workload
