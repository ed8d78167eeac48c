// Which request of a trace goes where: the order of the plan and its split into users.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace spillway::workload {

// A slot is a request's place in the trace, an index its place in the plan. The mapping is computed
// (the order of the trace, dealt out one by one) or listed, which takes 8 bytes a request.
class Dealing {
 public:
  // Request i of the trace is request i of the plan and goes to user i modulo `users`.
  static Dealing one_by_one(std::uint64_t requests, std::uint32_t users);
  // By rising key, equal keys in the order of the trace; the first `most` of them are the plan.
  // Keys and users are by slot, below 2^32 slots.
  static Dealing sorted(const std::vector<std::uint64_t>& keys,
                        const std::vector<std::uint32_t>& users_of_slots, std::uint32_t users,
                        std::uint64_t most);

  std::uint64_t requests() const { return requests_; }
  std::uint64_t slot_of(std::uint64_t index) const { return listed() ? slots_[index] : index; }
  std::uint64_t requests_of(std::uint32_t user) const;
  // Rises with the turn.
  std::uint64_t index_of(std::uint32_t user, std::uint64_t turn) const;
  // The inverse; the user is the request's.
  std::uint64_t turn_of(std::uint32_t user, std::uint64_t index) const;

 private:
  bool listed() const { return !user_starts_.empty(); }

  std::uint64_t requests_ = 0;
  std::uint32_t users_ = 1;
  std::vector<std::uint32_t> slots_;        // by index
  std::vector<std::uint32_t> by_user_;      // indices: those of user 0, rising, then of user 1, ...
  std::vector<std::uint64_t> user_starts_;  // in by_user_, by user, and the end
};

// The key of a request when users take turns: first turns of all users, second turns, and so on.
constexpr std::uint64_t turn_key(std::uint64_t turn, std::uint32_t user) {
  return (turn << 32U) | user;
}

}  // namespace spillway::workload
