// SPDX-License-Identifier: Apache-2.0
#include "async/loop.h"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/error.h"

namespace spillway::async {
namespace {

namespace asio = boost::asio;

// A timer wakes 7 us late in the median and far later on a busy machine; the last stretch is
// polled.
constexpr Duration kPolledStretch = std::chrono::microseconds(60);

// Drives one root and counts it down at its end.
detail::SelfOwned drive(Task<> task, std::size_t& running, std::exception_ptr& failure) {
  try {
    co_await task;
  } catch (...) {
    if (!failure) failure = std::current_exception();
  }
  --running;
}

// The first lines of a frame: its functions, what it resumes with, its parameters.
void fetch(const void* frame) {
  constexpr std::size_t kLine = 64;
  const auto* const bytes = static_cast<const char*>(frame);
  for (std::size_t line = 0; line < 4; ++line) __builtin_prefetch(bytes + line * kLine);
}

}  // namespace

Wait::Wait(Loop& loop, const char* name) : loop_(loop), name_(name), next_(loop.waits_) {
  if (next_ != nullptr) next_->previous_ = this;
  loop.waits_ = this;
}

Wait::~Wait() {
  (previous_ == nullptr ? loop_.waits_ : previous_->next_) = next_;
  if (next_ != nullptr) next_->previous_ = previous_;
}

struct Loop::Reactor {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(context);
  asio::steady_timer timer{context};
  struct Watched {
    Source* source;
    asio::posix::stream_descriptor descriptor;
    bool armed = false;
  };
  std::vector<std::unique_ptr<Watched>> watched;
  bool has_sockets = false;
  Time alarm = Time::max();  // when the timer fires; max(): not at all

  // To be awake at `due`, which lies `left` ahead. A timer that fires before stands as it is:
  // waking early costs less than setting it anew every turn.
  void wake_at(Time due, Duration left) {
    if (alarm <= due) return;
    alarm = due;
    timer.expires_after(left);
    timer.async_wait([this](const boost::system::error_code& error) {
      if (!error) alarm = Time::max();
    });
  }

  void arm_sources() {
    for (const auto& one : watched) {
      if (std::exchange(one->armed, true)) continue;
      one->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [watch = one.get()](const boost::system::error_code& error) {
                                   if (!error) watch->armed = false;
                                 });
    }
  }
};

Loop::Loop(Clock& clock) : clock_(clock) {
  if (!clock.is_virtual()) reactor_ = std::make_unique<Reactor>();
}

Loop::~Loop() { check(sources_.empty(), "sources leave before their loop"); }

void Loop::run(Task<> root) {
  std::vector<Task<>> roots;
  roots.push_back(std::move(root));
  run(std::move(roots));
}

void Loop::run(std::vector<Task<>> roots) {
  check(running_ == 0, "a loop runs once at a time");
  thread_.store(std::this_thread::get_id());
  std::exception_ptr failure;
  running_ = roots.size();
  for (Task<>& root : roots) ready_.push_back(drive(std::move(root), running_, failure).frame);
  while (running_ > 0) turn();
  thread_.store({});
  if (failure) std::rethrow_exception(failure);
}

void Loop::resume(std::coroutine_handle<> frame) {
  if (thread_.load() == std::this_thread::get_id()) {
    ready_.push_back(frame);
  } else {
    post([this, frame] { ready_.push_back(frame); });
  }
}

void Loop::post(std::function<void()> job) {
  // All of it under the lock: the loop may take the mail, end and be destroyed as soon as it is
  // free.
  const MutexLock lock(mail_mutex_);
  mail_.push_back(std::move(job));
  has_mail_.store(true, std::memory_order_release);
  if (reactor_) asio::post(reactor_->context, [] {});
}

asio::io_context& Loop::io_context() {
  check(!clock_.is_virtual(), "no descriptor under a virtual clock");
  reactor_->has_sockets = true;
  return reactor_->context;
}

void Loop::take_mail() {
  if (!has_mail_.exchange(false, std::memory_order_acquire)) return;
  std::vector<std::function<void()>> mail;
  {
    const MutexLock lock(mail_mutex_);
    mail.swap(mail_);
  }
  for (const auto& job : mail) job();
}

void Loop::add(Source& source) {
  check(!clock_.is_virtual(), "no descriptor under a virtual clock");
  sources_.push_back(&source);
  // A duplicate of the descriptor, since Asio closes what it watches.
  const int own = ::dup(source.descriptor());
  if (own < 0) throw_errno("watch", "a source's descriptor");
  reactor_->watched.push_back(std::make_unique<Reactor::Watched>(Reactor::Watched{
      .source = &source, .descriptor = asio::posix::stream_descriptor(reactor_->context, own)}));
}

void Loop::remove(Source& source) {
  std::erase(sources_, &source);
  std::erase_if(reactor_->watched, [&](const auto& one) {
    if (one->source != &source) return false;
    one->descriptor.close();
    while (one->armed && reactor_->context.poll() > 0) {
    }
    return true;
  });
}

// One turn: everything ready, the mail, the sources, what is due; then wait unless there is more.
void Loop::turn() {
  const Time started = clock_.now();
  run_ready();
  if (running_ == 0) return;
  take_mail();
  const bool again = turn_sources();
  wake_due();
  if (!ready_.empty() || again || has_mail_.load(std::memory_order_relaxed)) {
    if (reactor_ && reactor_->has_sockets) reactor_->context.poll();
  } else if (reactor_) {
    wait_for_events(started);
  } else {
    jump_or_report_deadlock();
  }
}

// Runs what is ready now; what becomes ready meanwhile waits for the next turn, so that sources and
// timers get theirs.
void Loop::run_ready() {
  for (std::size_t left = ready_.size(); left > 0; --left) {
    const std::coroutine_handle<> frame = ready_.front();
    ready_.pop_front();
    // Thousands of frames that wake together lie far apart: the next comes while this one runs.
    if (left > 1) fetch(ready_.front().address());
    async::run(frame);
  }
}

bool Loop::turn_sources() {
  bool again = false;
  for (Source* const source : sources_) again = source->turn() || again;
  return again;
}

void Loop::wake_due() {
  if (timers_.empty()) return;
  const Time now = clock_.now();
  while (!timers_.empty() && timers_.front()->due_ <= now) {
    Timer& timer = *timers_.front();
    timer.clear();
    timer.fire();
  }
}

void Loop::wait_for_events(Time turn_started) {
  const Time now = clock_.now();
  turn_lengths_.add((now - turn_started).count());
  reactor_->arm_sources();
  if (timers_.empty()) {
    reactor_->context.run_one();
  } else if (const Duration left = timers_.front()->due_ - now; left <= kPolledStretch) {
    reactor_->context.poll();
  } else {
    reactor_->wake_at(timers_.front()->due_ - kPolledStretch, left - kPolledStretch);
    reactor_->context.run_one();
  }
  reactor_->context.poll();
}

void Loop::jump_or_report_deadlock() {
  if (timers_.empty()) throw Error("deadlock in virtual time: nothing is due, " + waits_text());
  static_cast<VirtualClock&>(clock_).advance_to(timers_.front()->due_);
  wake_due();
}

std::string Loop::waits_text() const {
  std::string text = std::to_string(running_) + " tasks wait for:";
  int listed = 0;
  for (const Wait* wait = waits_; wait != nullptr && listed < 20; wait = wait->next_, ++listed) {
    text.append(listed == 0 ? " " : ", ").append(wait->name_);
  }
  return text;
}

void Loop::Sleep::await_suspend(std::coroutine_handle<> frame) {
  frame_ = frame;
  stop_.listen(*this);
  set(due_);
}

void Loop::Sleep::fire() {
  leave();
  reached_ = true;
  loop().ready_.push_back(frame_);
}

void Loop::Sleep::on_stop() {
  clear();
  loop().ready_.push_back(frame_);
}

void Timer::set(Time due) {
  clear();
  due_ = due;
  sequence_ = loop_.next_sequence_++;
  set_ = true;
  loop_.heap_insert(*this);
}

void Timer::clear() {
  if (std::exchange(set_, false)) loop_.heap_remove(*this);
}

bool Loop::earlier(std::size_t a, std::size_t b) const {
  const Timer& first = *timers_[a];
  const Timer& second = *timers_[b];
  return first.due_ != second.due_ ? first.due_ < second.due_ : first.sequence_ < second.sequence_;
}

void Loop::heap_swap(std::size_t a, std::size_t b) {
  std::swap(timers_[a], timers_[b]);
  timers_[a]->place_ = a;
  timers_[b]->place_ = b;
}

void Loop::heap_up(std::size_t place) {
  for (; place > 0 && earlier(place, (place - 1) / 2); place = (place - 1) / 2) {
    heap_swap(place, (place - 1) / 2);
  }
}

void Loop::heap_down(std::size_t place) {
  while (true) {
    std::size_t least = place;
    for (std::size_t child = 2 * place + 1; child <= 2 * place + 2; ++child) {
      if (child < timers_.size() && earlier(child, least)) least = child;
    }
    if (least == place) return;
    heap_swap(place, least);
    place = least;
  }
}

void Loop::heap_insert(Timer& timer) {
  timer.place_ = timers_.size();
  timers_.push_back(&timer);
  heap_up(timer.place_);
}

void Loop::heap_remove(Timer& timer) {
  const std::size_t place = timer.place_;
  heap_swap(place, timers_.size() - 1);
  timers_.pop_back();
  if (place == timers_.size()) return;
  heap_up(place);
  heap_down(place);
}

}  // namespace spillway::async
