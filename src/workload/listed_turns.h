// ListedTurns: the requests of a list, dealt to users, as often as asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "workload/dealing.h"
#include "workload/request_list.h"
#include "workload/session_options.h"
#include "workload/turn_source.h"

namespace spillway::workload {

struct DealOptions {
  // Deals conversations (and requests that belong to none) to so many users; not given: the users
  // of the list.
  std::optional<std::uint32_t> users = std::nullopt;
  bool by_time = false;      // in the order of due times instead of by turns; the list is timed
  double time_scale = 1;     // multiplies due times
  bool shuffled = false;     // conversations are dealt in an order drawn from the seed
  std::uint64_t passes = 1;  // over the list; in each, everything is new content
  std::optional<std::uint64_t> most_requests = std::nullopt;
};

class ListedTurns final : public TurnSource {
 public:
  // Throws Error when there are more requests than can be listed (2^32) or nothing to send.
  ListedTurns(RequestList list, const DealOptions& options, const SessionOptions& session);

  std::uint64_t size() const override { return size_; }
  std::uint32_t users() const override { return users_; }
  std::uint64_t requests_of(std::uint32_t user) const override;
  std::uint64_t index_of(std::uint32_t user, std::uint64_t sequence) const override;
  Turn turn(std::uint64_t index) const override;
  void conversation(std::uint64_t index, Conversation& found) const override;
  std::string format() const override { return list_.format; }
  std::string note() const override;
  std::uint64_t hashed() const override { return std::min(size_, rows()); }
  bool by_time() const override { return options_.by_time; }

 private:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  std::uint64_t rows() const { return list_.requests.size(); }
  void deal();
  void shuffle(std::vector<std::uint32_t>& conversations) const;
  void link_conversations();
  bool stands_alone(std::uint64_t row) const;

  RequestList list_;
  DealOptions options_;
  SessionOptions session_;
  std::uint32_t users_ = 0;
  std::uint64_t size_ = 0;
  Duration pass_length_{};
  std::vector<std::uint32_t> user_of_row_;
  std::vector<std::uint32_t> index_of_row_;  // in a pass
  std::vector<std::uint32_t> earlier_row_;   // of the same conversation, or kNone
  Dealing dealing_;                          // of one pass
};

}  // namespace spillway::workload
