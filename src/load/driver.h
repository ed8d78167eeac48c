// Driver: sends a plan's requests to a target, on time, for as long as it should, on one shard.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "async/group.h"
#include "async/loop.h"
#include "async/semaphore.h"
#include "async/stop.h"
#include "async/task.h"
#include "load/recorder.h"
#include "load/target.h"
#include "workload/plan.h"

namespace spillway::load {

// closed: a user sends its next request when the one before has its last token.
// trace: every request goes out at its recorded time, whatever came of the others (open loop).
enum class Arrival : std::uint8_t { closed, trace };

struct DriverOptions {
  Arrival arrival = Arrival::closed;
  std::uint64_t concurrency = 1;  // requests of this shard in flight; the rest wait, and are late
  Duration warm_up{};             // from the start of the run; not measured
  // Of the measured window; none: until the plan is used up.
  std::optional<Duration> duration = std::nullopt;
  unsigned shard = 0;  // serves users (closed) or requests (trace) with this remainder
  unsigned shards = 1;
};

// Called on the shard's thread as the window opens and as it closes, to take counters.
struct WindowHooks {
  std::function<void()> opens;
  std::function<void()> closes;
};

class Driver {
 public:
  Driver(async::Loop& loop, const workload::Plan& plan, Target& target, Recorder& recorder,
         const DriverOptions& options, WindowHooks hooks);

  // Runs from `start` (the same on all shards) until the plan is used up, the window closes or
  // `stop` is requested; in every case all that was begun has ended when it returns.
  async::Task<> run(Time start, async::Stop& stop);

 private:
  async::Task<> keep_window(async::Stop& quit, async::Stop& stop);
  async::Task<> send_all(async::Stop& stop);
  async::Task<> user(std::uint32_t user, async::Group& flights, async::Stop& stop);
  async::Task<> send_by_time(async::Group& flights, async::Stop& stop);
  async::Task<> fly(std::unique_ptr<Flight> flight, std::uint64_t place, async::Group& flights,
                    async::Stop& stop);
  async::Task<> land(std::unique_ptr<Flight> flight, std::uint64_t place, async::Stop& stop);
  std::unique_ptr<Flight> prepare(std::uint64_t index, std::int64_t due);
  void abandon(std::uint64_t index, std::int64_t due);
  void open_window();
  void close_window();
  std::int64_t elapsed() const { return (loop_.now() - start_).count(); }

  async::Loop& loop_;
  const workload::Plan& plan_;
  std::unique_ptr<workload::Cursor> cursor_;
  Target& target_;
  Recorder& recorder_;
  DriverOptions options_;
  WindowHooks hooks_;
  async::Semaphore places_;
  Time start_;
  bool open_ = false;
};

}  // namespace spillway::load
