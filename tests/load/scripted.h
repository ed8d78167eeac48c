// A plan and a target for tests of the driver: every number is given.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "async/loop.h"
#include "load/target.h"
#include "workload/plan.h"

namespace spillway::load {

// Requests dealt to users in turn, due one `gap` after the other.
class ScriptedPlan final : public workload::Plan {
 public:
  ScriptedPlan(std::uint32_t users, std::uint64_t requests, Duration gap) : gap_(gap) {
    summary_.users = users;
    summary_.requests = requests;
  }
  // What tests change: all requests of one conversation, a pause before each, their classes.
  std::uint64_t conversation = 0;
  Duration think{};
  std::function<Qos(std::uint64_t index)> qos_of;

  const workload::PlanSummary& summary() const override { return summary_; }
  workload::PlanSummary& changeable() { return summary_; }
  Duration due_of(std::uint64_t index) const override {
    return gap_ * static_cast<Duration::rep>(index);
  }
  workload::Ticket ticket_of(std::uint64_t index) const override {
    return {.user = static_cast<std::uint32_t>(index % users()),
            .qos = qos_of ? qos_of(index) : Qos::interactive,
            .think = think};
  }
  std::uint64_t conversation_of(std::uint64_t /*index*/) const override { return conversation; }
  std::uint64_t requests_of(std::uint32_t user) const override {
    return (size() - user + users() - 1) / users();
  }
  std::uint64_t index_of(std::uint32_t user, std::uint64_t turn) const override {
    return turn * users() + user;
  }
  std::unique_ptr<workload::Cursor> cursor() const override {
    return std::make_unique<Reader>(*this);
  }

 private:
  struct Reader final : workload::Cursor {
    explicit Reader(const ScriptedPlan& given) : plan(given) {}
    const ScriptedPlan& plan;
    workload::Request read(std::uint64_t index) override {
      workload::Request request;
      request.index = index;
      request.user = static_cast<std::uint32_t>(index % plan.users());
      request.turn = index / plan.users();
      request.due = plan.due_of(index);
      request.qos = plan.ticket_of(index).qos;
      return request;
    }
  };
  workload::PlanSummary summary_;
  Duration gap_;
};

// Serves in a fixed time and then settles in another; remembers how many it had at once.
class ScriptedTarget final : public Target {
 public:
  ScriptedTarget(async::Loop& loop, Duration service, Duration settling)
      : loop_(loop), service_(service), settling_(settling) {}

  std::unique_ptr<Flight> prepare(const workload::Request& request) override {
    auto flight = std::make_unique<Flight>();
    identify(request, flight->row);
    return flight;
  }
  async::Task<> serve(Flight& flight, async::Group&, async::Stop& stop) override {
    most_ = std::max(most_, ++serving_);
    flight.row.started = stamp();
    const bool served = co_await loop_.sleep_for(service_, stop);
    --serving_;
    if (!served) co_return;
    flight.row.loaded = flight.row.first_token = flight.row.done = stamp();
  }
  async::Task<> settle(Flight& flight, async::Stop& stop) override {
    co_await loop_.sleep_for(settling_, stop);
    flight.row.stored = stamp();
  }
  std::uint64_t most() const { return most_; }

 private:
  std::int64_t stamp() const { return loop_.now().time_since_epoch().count(); }

  async::Loop& loop_;
  Duration service_;
  Duration settling_;
  std::uint64_t serving_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace spillway::load
