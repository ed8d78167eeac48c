// SPDX-License-Identifier: Apache-2.0
#include "workload/listed_turns.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/random.h"
#include "workload/content_id.h"
#include "workload/draws.h"
#include "workload/list_lengths.h"

namespace spillway::workload {
namespace {

std::string text_of(const LengthSummary& lengths) {
  return fmt::format("{:.0f} tokens (sd {:.0f}, P50 {:.0f}, P95 {:.0f}, {} to {})", lengths.mean,
                     lengths.deviation, lengths.p50, lengths.p95, lengths.min, lengths.max);
}

}  // namespace

ListedTurns::ListedTurns(RequestList list, const DealOptions& options,
                         const SessionOptions& session)
    : list_(std::move(list)), options_(options), session_(session) {
  if (rows() == 0) throw Error("the list has no request; expected at least one");
  if (rows() >= kNone) throw Error("the list has too many requests; expected less than 2^32");
  check(!options.by_time || list_.timed, "only a timed list has an order in time");
  check(options.passes > 0, "a list is sent at least once");
  users_ = options.users.value_or(list_.users);
  deal();
  link_conversations();
  const bool endless = options.passes > std::numeric_limits<std::uint64_t>::max() / rows();
  size_ = endless ? std::numeric_limits<std::uint64_t>::max() : rows() * options.passes;
  if (options.most_requests) size_ = std::min(size_, *options.most_requests);
}

std::string ListedTurns::note() const {
  const ListLengths lengths = lengths_of(list_);
  std::string note = fmt::format("{} rows that add {} and answer {}", rows(),
                                 text_of(lengths.context), text_of(lengths.generate));
  if (list_.skipped > 0) note += fmt::format("; {} records are no requests", list_.skipped);
  return note;
}

bool ListedTurns::stands_alone(std::uint64_t row) const {
  return list_.requests[row].conversation == 0 ||
         !session_.conversation.remembers(user_of_row_[row]);
}

// Fisher and Yates.
void ListedTurns::shuffle(std::vector<std::uint32_t>& conversations) const {
  Random random({.seed = session_.seed, .purpose = Purpose::shuffle, .user = 0, .request = 0});
  for (std::size_t i = conversations.size(); i > 1; --i) {
    std::swap(conversations[i - 1], conversations[random.uniform_int(0, i - 1)]);
  }
}

// A conversation stays with one user, who goes through his conversations one after another.
void ListedTurns::deal() {
  std::vector<std::uint32_t> place(list_.conversations + std::size_t{1});
  std::iota(place.begin(), place.end(), 0);
  if (options_.shuffled) shuffle(place);
  user_of_row_.resize(rows());
  std::vector<std::uint32_t> order(rows());
  std::iota(order.begin(), order.end(), 0);
  if (options_.shuffled) {
    std::ranges::sort(order, {}, [&](std::uint32_t row) {
      return std::pair(place[list_.requests[row].conversation], row);
    });
  }
  std::vector<std::uint64_t> keys(rows());
  std::vector<std::uint64_t> turns(users_);
  for (const std::uint32_t row : order) {
    const ListedRequest& request = list_.requests[row];
    std::uint32_t& user = user_of_row_[row];
    user = request.user;
    if (options_.users)
      user = (request.conversation == 0 ? row : place[request.conversation]) % users_;
    keys[row] = options_.by_time ? static_cast<std::uint64_t>(request.due.count())
                                 : turn_key(turns[user]++, user);
    pass_length_ = std::max(pass_length_, request.due);
  }
  // The next pass begins one mean gap after the last request.
  pass_length_ += pass_length_ / static_cast<Duration::rep>(std::max<std::uint64_t>(rows() - 1, 1));
  dealing_ = Dealing::sorted(keys, user_of_row_, users_, rows());
}

void ListedTurns::link_conversations() {
  index_of_row_.resize(rows());
  earlier_row_.assign(rows(), kNone);
  std::vector<std::uint32_t> last(list_.conversations + std::size_t{1}, kNone);
  for (std::uint32_t row = 0; row < rows(); ++row) {
    const ListedRequest& request = list_.requests[row];
    if (stands_alone(row)) continue;
    earlier_row_[row] = std::exchange(last[request.conversation], row);
  }
  for (std::uint64_t index = 0; index < rows(); ++index) {
    index_of_row_[dealing_.slot_of(index)] = static_cast<std::uint32_t>(index);
  }
}

std::uint64_t ListedTurns::requests_of(std::uint32_t user) const {
  const std::uint64_t each = dealing_.requests_of(user);
  const std::uint64_t rest = size_ % rows();
  std::uint64_t low = 0;  // how many of a pass's requests of this user have an index below `rest`
  for (std::uint64_t high = each; low < high;) {
    const std::uint64_t middle = (low + high) / 2;
    if (dealing_.index_of(user, middle) < rest) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return size_ / rows() * each + low;
}

std::uint64_t ListedTurns::index_of(std::uint32_t user, std::uint64_t sequence) const {
  const std::uint64_t each = dealing_.requests_of(user);
  return sequence / each * rows() + dealing_.index_of(user, sequence % each);
}

Turn ListedTurns::turn(std::uint64_t index) const {
  const std::uint64_t pass = index / rows();
  const auto row = static_cast<std::uint32_t>(dealing_.slot_of(index % rows()));
  const ListedRequest& request = list_.requests[row];
  Turn turn;
  turn.user = user_of_row_[row];
  turn.sequence =
      pass * dealing_.requests_of(turn.user) + dealing_.turn_of(turn.user, index % rows());
  turn.context = Tokens(request.context);
  turn.generate = Tokens(request.generate);
  turn.qos = request.qos.value_or(draw_qos(session_, turn.user, index));
  turn.phase = request.phase;
  turn.content = request.key == 0 ? content_id(ContentKind::turn, row, pass)
                                  : content_id(ContentKind::listed, request.key, pass);
  const double due =
      static_cast<double>((request.due + pass_length_ * static_cast<Duration::rep>(pass)).count());
  if (list_.timed) turn.due = Duration(static_cast<Duration::rep>(due * options_.time_scale + 0.5));
  return turn;
}

void ListedTurns::conversation(std::uint64_t index, Conversation& found) const {
  found = {};
  const std::uint64_t pass = index / rows();
  const std::uint64_t row = dealing_.slot_of(index % rows());
  if (stands_alone(row)) return;
  found.id = content_id(ContentKind::conversation, list_.requests[row].conversation, pass + 1);
  for (std::uint32_t earlier = earlier_row_[row]; earlier != kNone;
       earlier = earlier_row_[earlier]) {
    found.earlier.push_back(pass * rows() + index_of_row_[earlier]);
  }
  std::ranges::reverse(found.earlier);
}

}  // namespace spillway::workload
