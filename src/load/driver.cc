// SPDX-License-Identifier: Apache-2.0
#include "load/driver.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace spillway::load {
namespace {

// Below this a request counts as on time: the loop's own turn takes that long.
constexpr std::int64_t kLateAfterNs = 1'000'000;

}  // namespace

Driver::Driver(async::Loop& loop, const workload::Plan& plan, Target& target, Recorder& recorder,
               const DriverOptions& options, WindowHooks hooks)
    : loop_(loop),
      plan_(plan),
      cursor_(plan.cursor()),
      target_(target),
      recorder_(recorder),
      options_(options),
      hooks_(std::move(hooks)),
      places_(loop, options.concurrency, "a place among the requests in flight"),
      users_(loop, options.active_users.value_or(std::numeric_limits<std::uint32_t>::max())) {}

// What is under way when the run is stopped is abandoned, and how it ends is not measured.
struct Driver::WindowEnd final : async::StopListener {
  explicit WindowEnd(Driver& its_driver) : driver(its_driver) {}
  void on_stop() override { driver.close_window(); }
  Driver& driver;
};

async::Task<> Driver::run(Time start, async::Stop& stop) {
  start_ = start;
  async::Stop until_end(stop);  // the window's end stops the sending, too
  async::Stop quit(stop);       // the end of the sending stops the wait for the window's end
  if (options_.warm_up == Duration::zero()) open_window();
  WindowEnd end(*this);
  if (stop.requested()) {
    close_window();
  } else {
    until_end.listen(end);
  }
  co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
    group.spawn(keep_window(quit, until_end));
    if (options_.tick > Duration::zero()) group.spawn(tick(quit));
    co_await send_all(until_end);
    quit.request();
  });
  end.leave();
  close_window();
}

// Opens the window after the warm-up and closes it after the duration.
async::Task<> Driver::keep_window(async::Stop& quit, async::Stop& stop) {
  const bool warm = co_await loop_.sleep_until(start_ + options_.warm_up, quit);
  if (!warm) co_return;
  if (!open_) open_window();
  if (!options_.duration) co_return;
  const bool over =
      co_await loop_.sleep_until(start_ + options_.warm_up + *options_.duration, quit);
  if (!over) co_return;
  close_window();
  stop.request();
}

async::Task<> Driver::tick(async::Stop& quit) {
  while (true) {
    const auto next = static_cast<Duration::rep>(ticks_ + 1);
    const bool reached =
        co_await loop_.sleep_until(start_ + options_.warm_up + options_.tick * next, quit);
    if (!reached || recorder_.is_closed()) co_return;
    call_tick();
  }
}

void Driver::call_tick() { hooks_.ticks(++ticks_); }

void Driver::open_window() {
  open_ = true;
  recorder_.open(elapsed());
  hooks_.opens();
}

// Once. A run that was stopped, or used up, while warming up has an empty window.
void Driver::close_window() {
  if (recorder_.is_closed()) return;
  if (!open_) open_window();
  const auto next = static_cast<Duration::rep>(ticks_ + 1);
  const bool whole = elapsed() >= (options_.warm_up + options_.tick * next).count();
  if (options_.tick > Duration::zero() && whole) call_tick();
  recorder_.close(elapsed());
  hooks_.closes();
}

async::Task<> Driver::send_all(async::Stop& stop) {
  co_await async::with_group(loop_, stop, [&](async::Group& flights) -> async::Task<> {
    if (options_.arrival == Arrival::trace || options_.arrival == Arrival::rate) {
      co_await send_by_time(flights, stop);
      co_return;
    }
    for (std::uint32_t one = options_.shard; one < plan_.users(); one += options_.shards) {
      flights.spawn(options_.arrival == Arrival::closed ? user(one, flights, stop)
                                                        : user_by_clock(one, flights, stop));
    }
  });
}

Duration Driver::pause(const workload::Ticket& ticket) const {
  return from_seconds(to_seconds(ticket.think) * options_.think_scale);
}

// Waits until the user is active and has paused; both again when he was parked meanwhile. The time
// for which he was parked is not lateness.
async::Task<bool> Driver::take_turn(std::uint32_t user, Duration pause, std::int64_t& due,
                                    async::Stop& stop) {
  const bool at_once = options_.arrival == Arrival::closed && pause == Duration::zero();
  do {
    if (!users_.has(user)) {
      const bool active = co_await users_.wait_for(user, stop);
      if (!active) co_return false;
      due = std::max(due, elapsed());
    }
    if (at_once) continue;
    due += pause.count();
    const bool reached = co_await loop_.sleep_until(start_ + Duration(due), stop);
    if (!reached) co_return false;
  } while (!users_.has(user));
  recorder_.sent(due);
  co_return true;
}

async::Task<> Driver::user(std::uint32_t user, async::Group& flights, async::Stop& stop) {
  const ActiveUsers::Presence present(users_);
  std::int64_t due = elapsed();
  const std::uint64_t turns = plan_.requests_of(user);
  for (std::uint64_t turn = 0; turn < turns && !stop.requested(); ++turn) {
    const std::uint64_t index = plan_.index_of(user, turn);
    const workload::Ticket ticket = plan_.ticket_of(index);
    const bool may_send = co_await take_turn(user, pause(ticket), due, stop);
    if (!may_send) co_return;
    const std::uint64_t place = co_await places_.acquire(1, stop, rank_of(ticket.qos));
    if (place == 0) {
      abandon(index, due);
      co_return;
    }
    std::unique_ptr<Flight> flight = prepare(index, due);
    co_await target_.serve(*flight, flights, stop);
    due = flight->row.done == record::kNever ? elapsed() : flight->row.done;
    flights.spawn(land(std::move(flight), place, stop));
  }
}

async::Task<> Driver::user_by_clock(std::uint32_t user, async::Group& flights, async::Stop& stop) {
  const ActiveUsers::Presence present(users_);
  std::int64_t due = 0;
  const std::uint64_t turns = plan_.requests_of(user);
  for (std::uint64_t turn = 0; turn < turns; ++turn) {
    const std::uint64_t index = plan_.index_of(user, turn);
    const bool may_send = co_await take_turn(user, pause(plan_.ticket_of(index)), due, stop);
    if (!may_send) co_return;
    flights.spawn(request(index, due, flights, stop));
  }
}

bool Driver::is_mine(std::uint64_t index) const {
  const std::uint64_t key = plan_.summary().has_classes ? plan_.ticket_of(index).user : index;
  return key % options_.shards == options_.shard;
}

// Without classes places are given first come, first served, so waiting for each in turn is the
// same as a line, and only one waits at a time.
async::Task<> Driver::send_by_time(async::Group& flights, async::Stop& stop) {
  Arrivals arrivals(options_.rate, options_.seed);
  for (std::uint64_t index = 0; index < plan_.size(); ++index) {
    const Duration due = options_.arrival == Arrival::rate ? arrivals.next() : plan_.due_of(index);
    if (!is_mine(index)) continue;
    const bool reached = co_await loop_.sleep_until(start_ + due, stop);
    if (!reached && elapsed() < due.count()) co_return;
    if (plan_.summary().has_classes) {
      flights.spawn(request(index, due.count(), flights, stop));
    } else {
      co_await serve(index, due.count(), Qos::interactive, flights, stop);
    }
  }
}

// A turn of a conversation goes after the turn before it.
async::Task<> Driver::request(std::uint64_t index, std::int64_t due, async::Group& flights,
                              async::Stop& stop) {
  const workload::Ticket ticket = plan_.ticket_of(index);
  const std::uint64_t conversation = plan_.conversation_of(index);
  if (conversation == 0) {
    co_await serve(index, due, ticket.qos, flights, stop);
    co_return;
  }
  async::Semaphore& line =
      conversations_.try_emplace(conversation, loop_, 1, "a conversation's turn before")
          .first->second;
  const std::uint64_t granted = co_await line.acquire(1, stop);
  if (granted == 0) {
    abandon(index, due);
    co_return;
  }
  const std::uint64_t place = co_await places_.acquire(1, stop, rank_of(ticket.qos));
  if (place == 0) {
    abandon(index, due);
  } else {
    co_await fly(prepare(index, due), place, flights, stop);
  }
  line.release(granted);
  if (line.taken() == 0) conversations_.erase(conversation);
}

async::Task<> Driver::serve(std::uint64_t index, std::int64_t due, Qos qos, async::Group& flights,
                            async::Stop& stop) {
  const std::uint64_t place = co_await places_.acquire(1, stop, rank_of(qos));
  if (place == 0) {
    abandon(index, due);
  } else {
    flights.spawn(fly(prepare(index, due), place, flights, stop));
  }
}

async::Task<> Driver::fly(std::unique_ptr<Flight> flight, std::uint64_t place,
                          async::Group& flights, async::Stop& stop) {
  co_await target_.serve(*flight, flights, stop);
  co_await land(std::move(flight), place, stop);
}

async::Task<> Driver::land(std::unique_ptr<Flight> flight, std::uint64_t place, async::Stop& stop) {
  co_await target_.settle(*flight, stop);
  places_.release(place);
  recorder_.end(flight->row.due);
  recorder_.add(flight->row);
}

std::unique_ptr<Flight> Driver::prepare(std::uint64_t index, std::int64_t due) {
  const workload::Request request = cursor_->read(index);
  std::unique_ptr<Flight> flight = target_.prepare(request);
  record::RequestRow& row = flight->row;
  row.due = due;
  row.admitted = elapsed();
  mark_class(row);
  if (row.admitted - due > kLateAfterNs) row.flags |= record::RequestRow::kLate;
  recorder_.begin(due);
  return flight;
}

void Driver::mark_class(record::RequestRow& row) const {
  if (plan_.summary().has_classes) row.flags |= record::RequestRow::kClassed;
}

void Driver::abandon(std::uint64_t index, std::int64_t due) {
  const workload::Request request = cursor_->read(index);
  record::RequestRow row;
  identify(request, row);
  row.status = record::Status::abandoned;
  row.due = due;
  mark_class(row);
  recorder_.add(row);
}

}  // namespace spillway::load
