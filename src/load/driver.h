// Driver: sends a plan's requests to a target, on time, for as long as it should, on one shard.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "async/group.h"
#include "async/loop.h"
#include "async/semaphore.h"
#include "async/stop.h"
#include "async/task.h"
#include "load/active_users.h"
#include "load/arrivals.h"
#include "load/recorder.h"
#include "load/target.h"
#include "workload/plan.h"

namespace spillway::load {

// When requests go out. Closed loop: a user sends his next request a pause after the last token of
// the one before. Open loops go on whatever came of the others: by users' own clocks (a pause after
// the request before), by recorded times, at a given rate. In every one of them a turn of a
// conversation waits for the turn before, late as it then is.
enum class Arrival : std::uint8_t { closed, users, trace, rate };

struct DriverOptions {
  Arrival arrival = Arrival::closed;
  ArrivalOptions rate = {};  // of Arrival::rate
  std::uint64_t seed = 0;    // of its gaps
  // By class: which goes first when they wait; 0 before 1. At most Semaphore::kRanks.
  std::array<std::size_t, kQosClasses> ranks = {0, 1, 2};
  double think_scale = 0;         // multiplies pauses; 0: none
  std::uint64_t concurrency = 1;  // requests of this shard in flight; the rest wait, and are late
  Duration warm_up{};             // from the start of the run; not measured
  // Of the measured window; none: until the plan is used up.
  std::optional<Duration> duration = std::nullopt;
  // Serves users with this remainder; of requests at recorded times that belong to nobody, those.
  unsigned shard = 0;
  unsigned shards = 1;
  // Users of the whole plan who are active at the start, of closed loops and users' own clocks;
  // none: all, for good.
  std::optional<std::uint32_t> active_users = std::nullopt;
  Duration tick{};  // from the end of the warm-up to the first call of `ticks`, and so on; 0: none
};

// Called on the shard's thread as the window opens and as it closes, to take counters, and at every
// whole tick between them, the window's end included, with its number from 1.
struct WindowHooks {
  std::function<void()> opens;
  std::function<void()> closes;
  std::function<void(std::uint64_t number)> ticks = nullptr;
};

class Driver {
 public:
  Driver(async::Loop& loop, const workload::Plan& plan, Target& target, Recorder& recorder,
         const DriverOptions& options, WindowHooks hooks);

  // Runs from `start` (the same on all shards) until the plan is used up, the window closes or
  // `stop` is requested; in every case all that was begun has ended when it returns.
  //
  // A user who is not active waits for it at the end of a turn, after whatever time; when nobody
  // else is left the run waits, too, for set_active_users() or `stop`.
  async::Task<> run(Time start, async::Stop& stop);

  // Of the whole plan. Those at or above it pause before their next turn, never within one; those
  // below begin, or go on, with a pause as before any turn.
  void set_active_users(std::uint32_t users) { users_.set(users); }
  // How many of this shard's users are sending.
  std::uint64_t sending() const { return users_.sending(); }
  std::int64_t elapsed() const { return (loop_.now() - start_).count(); }

 private:
  async::Task<> keep_window(async::Stop& quit, async::Stop& stop);
  async::Task<> tick(async::Stop& quit);
  async::Task<> send_all(async::Stop& stop);
  async::Task<> user(std::uint32_t user, async::Group& flights, async::Stop& stop);
  async::Task<> user_by_clock(std::uint32_t user, async::Group& flights, async::Stop& stop);
  async::Task<> send_by_time(async::Group& flights, async::Stop& stop);
  async::Task<> request(std::uint64_t index, std::int64_t due, async::Group& flights,
                        async::Stop& stop);
  async::Task<> serve(std::uint64_t index, std::int64_t due, Qos qos, async::Group& flights,
                      async::Stop& stop);
  async::Task<> fly(std::unique_ptr<Flight> flight, std::uint64_t place, async::Group& flights,
                    async::Stop& stop);
  async::Task<> land(std::unique_ptr<Flight> flight, std::uint64_t place, async::Stop& stop);
  std::size_t rank_of(Qos qos) const { return options_.ranks.at(index_of(qos)); }
  bool is_mine(std::uint64_t index) const;
  Duration pause(const workload::Ticket& ticket) const;
  std::unique_ptr<Flight> prepare(std::uint64_t index, std::int64_t due);
  void abandon(std::uint64_t index, std::int64_t due);
  struct WindowEnd;
  void mark_class(record::RequestRow& row) const;
  void open_window();
  void close_window();
  void call_tick();
  async::Task<bool> take_turn(std::uint32_t user, Duration pause, std::int64_t& due,
                              async::Stop& stop);

  async::Loop& loop_;
  const workload::Plan& plan_;
  std::unique_ptr<workload::Cursor> cursor_;
  Target& target_;
  Recorder& recorder_;
  DriverOptions options_;
  WindowHooks hooks_;
  async::Semaphore places_;
  ActiveUsers users_;
  // A line for each conversation of which a turn is under way or waits.
  std::unordered_map<std::uint64_t, async::Semaphore> conversations_;
  Time start_;
  bool open_ = false;
  std::uint64_t ticks_ = 0;
};

}  // namespace spillway::load
