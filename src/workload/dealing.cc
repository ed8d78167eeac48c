// SPDX-License-Identifier: Apache-2.0
#include "workload/dealing.h"

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace spillway::workload {

Dealing Dealing::one_by_one(std::uint64_t requests, std::uint32_t users) {
  check(users > 0, "requests are dealt to at least one user");
  Dealing dealing;
  dealing.requests_ = requests;
  dealing.users_ = users;
  return dealing;
}

Dealing Dealing::sorted(const std::vector<std::uint64_t>& keys,
                        const std::vector<std::uint32_t>& users_of_slots, std::uint32_t users,
                        std::uint64_t most) {
  check(keys.size() == users_of_slots.size(), "every slot has a key and a user");
  Dealing dealing = one_by_one(std::min<std::uint64_t>(keys.size(), most), users);
  auto& slots = dealing.slots_;
  slots.resize(keys.size());
  std::iota(slots.begin(), slots.end(), 0U);
  std::ranges::sort(slots, [&](std::uint32_t a, std::uint32_t b) {
    return keys[a] != keys[b] ? keys[a] < keys[b] : a < b;
  });
  slots.resize(dealing.requests_);
  auto& starts = dealing.user_starts_;
  starts.assign(std::uint64_t{users} + 1, 0);
  for (const std::uint32_t slot : slots) ++starts[users_of_slots[slot] + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  dealing.by_user_.resize(slots.size());
  std::vector<std::uint64_t> next = starts;
  for (std::uint32_t index = 0; index < slots.size(); ++index) {
    dealing.by_user_[next[users_of_slots[slots[index]]]++] = index;
  }
  return dealing;
}

std::uint64_t Dealing::requests_of(std::uint32_t user) const {
  check(user < users_, "the user is one of the plan");
  if (listed()) return user_starts_[user + 1] - user_starts_[user];
  return requests_ / users_ + (user < requests_ % users_ ? 1 : 0);
}

std::uint64_t Dealing::index_of(std::uint32_t user, std::uint64_t turn) const {
  check(turn < requests_of(user), "the turn is one of the user's");
  return listed() ? by_user_[user_starts_[user] + turn] : turn * users_ + user;
}

std::uint64_t Dealing::turn_of(std::uint32_t user, std::uint64_t index) const {
  if (!listed()) return index / users_;
  const auto begin = by_user_.begin();
  const auto first = begin + static_cast<std::ptrdiff_t>(user_starts_[user]);
  const auto last = begin + static_cast<std::ptrdiff_t>(user_starts_[user + 1]);
  return static_cast<std::uint64_t>(std::lower_bound(first, last, index) - first);
}

}  // namespace spillway::workload
