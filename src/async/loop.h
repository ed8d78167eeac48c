// The loop of a shard: what is ready runs, what is due wakes, what completes outside is fetched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "async/clock.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/mutex.h"
#include "stats/histogram.h"

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): the name of the library
}

namespace spillway::async {

class Loop;

// Something outside the program that completes operations of this loop: a ring, a set of threads.
class Source {
 public:
  virtual ~Source() = default;

  // Hands over what was queued and takes what completed, waking frames by Loop::resume(). Called
  // once a turn, so it is bounded: a long backlog is spread over turns. True if it should be called
  // again before the loop blocks.
  virtual bool turn() = 0;
  // Becomes readable when turn() has something to take. The source drains it in turn().
  virtual int descriptor() const = 0;
};

// A wait that a frame is in, by name: in virtual time, nothing ready and nothing due while waits
// exist is a deadlock, reported with this list. Registered for as long as the object lives.
class Wait {
 public:
  Wait(Loop& loop, const char* name);
  ~Wait();
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

 private:
  friend class Loop;
  Loop& loop_;
  const char* name_;
  Wait* previous_ = nullptr;
  Wait* next_ = nullptr;
};

// Something that is due at a time. Fires once, on the loop's thread, unless it is cleared before.
class Timer {
 public:
  explicit Timer(Loop& loop) : loop_(loop) {}
  virtual ~Timer() { clear(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Again and again as you like: the last due time counts.
  void set(Time due);
  void clear();
  bool is_set() const { return set_; }

  // What is to be done must not wait; resuming a frame or requesting a stop does not.
  virtual void fire() = 0;

 protected:
  Loop& loop() const { return loop_; }

 private:
  friend class Loop;
  Loop& loop_;
  Time due_;
  std::uint64_t sequence_ = 0;
  std::size_t place_ = 0;
  bool set_ = false;
};

// Runs frames on one thread: first in, first out. All members are for that thread, but for post()
// and resume(). Under a virtual clock it jumps to the next due time as soon as nothing is runnable,
// refuses sources, and never blocks.
class Loop {
 public:
  explicit Loop(Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  Clock& clock() const { return clock_; }
  Time now() const { return clock_.now(); }

  // Runs the tasks on the calling thread, which becomes the loop's own, until all have ended, then
  // rethrows the first failure. Several tasks are the logical shards of virtual time.
  void run(Task<> root);
  void run(std::vector<Task<>> roots);

  // Puts a waiting frame in line, from any thread.
  void resume(std::coroutine_handle<> frame);
  // Runs `job` on the loop's thread, soon, from any thread. It must not wait or throw.
  void post(std::function<void()> job);

  // Waits until `due`: true, or false when stopped before. A due time in the past still yields.
  auto sleep_until(Time due, Stop& stop) { return Sleep(*this, due, stop); }
  auto sleep_for(Duration length, Stop& stop) { return Sleep(*this, now() + length, stop); }
  // Lets everything else that is ready run first.
  auto yield() { return Yield{*this}; }

  // The reactor that sockets register with (net only). From the first call on every turn looks at
  // it, so that work that is always ready does not starve them. Refused in virtual time.
  boost::asio::io_context& io_context();

  // The source stays registered until removed; both on the loop's thread.
  void add(Source& source);
  void remove(Source& source);

  // How long the turns were, in nanoseconds: from waking to blocking, what a frame that became
  // ready had to wait at most. The proof that the loop was not the bottleneck. Empty in virtual
  // time.
  const stats::Histogram& turn_lengths() const { return turn_lengths_; }
  // The same, and begins afresh: the measured window opens or closes.
  stats::Histogram take_turn_lengths() { return std::exchange(turn_lengths_, {}); }

 private:
  friend class Timer;
  friend class Wait;

  // One sleeping frame.
  class Sleep final : private Timer, private StopListener {
   public:
    Sleep(Loop& loop, Time due, Stop& stop) : Timer(loop), due_(due), stop_(stop) {}
    bool await_ready() const { return stop_.requested(); }
    void await_suspend(std::coroutine_handle<> frame);
    bool await_resume() const { return reached_; }

   private:
    void fire() override;
    void on_stop() override;

    Time due_;
    Stop& stop_;
    std::coroutine_handle<> frame_;
    bool reached_ = false;
  };

  struct Yield {
    Loop& loop;
    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> frame) const { loop.ready_.push_back(frame); }
    void await_resume() const {}
  };

  struct Reactor;  // Asio, in loop.cc only

  void turn();
  void run_ready();
  void take_mail();
  bool turn_sources();
  void wake_due();
  void wait_for_events(Time turn_started);
  void jump_or_report_deadlock();
  std::string waits_text() const;

  void heap_insert(Timer& timer);
  void heap_remove(Timer& timer);
  void heap_swap(std::size_t a, std::size_t b);
  void heap_up(std::size_t place);
  void heap_down(std::size_t place);
  bool earlier(std::size_t a, std::size_t b) const;

  Clock& clock_;
  std::atomic<std::thread::id> thread_;
  std::deque<std::coroutine_handle<>> ready_;
  std::vector<Timer*> timers_;  // binary heap by (due, sequence)
  std::uint64_t next_sequence_ = 0;
  std::size_t running_ = 0;
  Wait* waits_ = nullptr;
  std::vector<Source*> sources_;
  std::unique_ptr<Reactor> reactor_;  // none in virtual time
  stats::Histogram turn_lengths_;

  Mutex mail_mutex_;
  std::vector<std::function<void()>> mail_ SPILLWAY_GUARDED_BY(mail_mutex_);
  std::atomic<bool> has_mail_ = false;
};

}  // namespace spillway::async
