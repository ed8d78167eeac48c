// ActiveUsers: how many of a shard's users may send, changed while the run goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <coroutine>
#include <cstdint>
#include <map>

#include "async/loop.h"
#include "async/stop.h"

namespace spillway::load {

// Users below the number are active; the others are parked at their next turn and cost nothing
// while they are. On one loop; a user waits in one frame.
class ActiveUsers {
 public:
  ActiveUsers(async::Loop& loop, std::uint32_t active) : loop_(loop), active_(active) {}
  ~ActiveUsers();
  ActiveUsers(const ActiveUsers&) = delete;
  ActiveUsers& operator=(const ActiveUsers&) = delete;

  // Wakes those who are now active.
  void set(std::uint32_t active);
  bool has(std::uint32_t user) const { return user < active_; }

  // Waits until `user` is active: true, or false when stopped before.
  auto wait_for(std::uint32_t user, async::Stop& stop) { return Parked(*this, user, stop); }

  // Counts a user among those who send, for as long as it lives; a parked one is not counted.
  class Presence {
   public:
    explicit Presence(ActiveUsers& users) : users_(users) { ++users_.present_; }
    ~Presence() { --users_.present_; }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    ActiveUsers& users_;
  };

  // How many send: what became of the number that was set.
  std::uint64_t sending() const { return present_ - parked_.size(); }

 private:
  class Parked final : private async::StopListener {
   public:
    Parked(ActiveUsers& users, std::uint32_t user, async::Stop& stop)
        : users_(users),
          user_(user),
          stop_(stop),
          wait_(users.loop_, "a user's turn to be active") {}
    bool await_ready() const { return stop_.requested() || users_.has(user_); }
    void await_suspend(std::coroutine_handle<> frame);
    bool await_resume() const { return users_.has(user_) && !stop_.requested(); }

   private:
    friend class ActiveUsers;
    void on_stop() override;
    void wake();

    ActiveUsers& users_;
    std::uint32_t user_;
    async::Stop& stop_;
    async::Wait wait_;
    std::coroutine_handle<> frame_;
  };

  async::Loop& loop_;
  std::uint32_t active_;
  std::uint64_t present_ = 0;
  std::map<std::uint32_t, Parked*> parked_;  // by number, so that only those who go on are touched
};

}  // namespace spillway::load
