// SPDX-License-Identifier: Apache-2.0
#include "load/completion_load.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace spillway::load {
namespace {

constexpr Duration kLate = std::chrono::milliseconds(1);

// Headers that may tell a server's logs which request this was.
bool is_hint(const std::string& name) {
  return name.starts_with("x-") || name.find("request") != name.npos ||
         name.find("trace") != name.npos;
}

record::CompletionRow row_of(const PlannedCall& planned, CompletionReply reply) {
  record::CompletionRow row;
  row.prompt = planned.prompt;
  row.call = planned.call;
  row.identity_sha256 = planned.identity_sha256;
  row.payload_sha256 = planned.payload_sha256;
  row.sent = reply.sent;
  if (reply.fresh) row.connected = reply.connected;
  row.head = reply.head;
  row.first_body = reply.first;
  row.first_event = reply.answer.first;
  row.contents = std::move(reply.answer.contents);
  row.textless = std::move(reply.answer.textless);
  row.done = reply.done;
  row.fault = reply.fault;
  row.error = std::move(reply.error);
  row.status = reply.status;
  if (planned.call->stream) row.stream_error = reply.answer.error;
  row.first_event_type = std::move(reply.answer.first_type);
  row.request_id = net::find_header(reply.headers, "x-request-id");
  row.response_id = std::move(reply.answer.id);
  for (auto& header : reply.headers) {
    if (is_hint(header.first)) row.header_hints.push_back(std::move(header));
  }
  std::ranges::sort(row.header_hints);
  row.finish_reason = std::move(reply.answer.finish_reason);
  row.prompt_tokens = reply.answer.usage.prompt;
  row.completion_tokens = reply.answer.usage.completion;
  row.cached_tokens = reply.answer.usage.cached;
  // The body of a refusal is in its error, and is no answer.
  if (reply.status < 400) row.text = std::move(reply.answer.text);
  return row;
}

// The plan by sessions, in the order of their first turns; a request without one is its own.
std::vector<std::vector<std::size_t>> by_session(std::span<const PlannedCall> calls) {
  std::vector<std::vector<std::size_t>> sessions;
  std::map<std::string, std::size_t, std::less<>> known;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string& session = calls[i].prompt->session_id;
    std::size_t place = sessions.size();
    if (!session.empty()) place = known.try_emplace(session, place).first->second;
    if (place == sessions.size()) sessions.emplace_back();
    sessions[place].push_back(i);
  }
  return sessions;
}

}  // namespace

struct CompletionLoad::Phase {
  std::span<const PlannedCall> calls;
  CompletionLoadOptions options;
  Time start;
  std::vector<std::vector<std::size_t>> sessions;  // of CallSchedule::sessions
  std::uint64_t next = 0;                          // call, or session
  std::uint64_t in_flight = 0;
  CompletionLoadResult result;

  std::uint64_t planned() const { return options.requests > 0 ? options.requests : calls.size(); }
  bool is_over(Time due) const {
    return options.window > Duration::zero() && due - start >= options.window;
  }
};

UtcTime epoch_of(const async::Loop& loop) {
  return utc_now() - std::chrono::duration_cast<UtcTime::duration>(loop.now().time_since_epoch());
}

CompletionLoad::CompletionLoad(async::Loop& loop, CompletionClient& client, UtcTime epoch,
                               OnRow on_row)
    : loop_(loop), client_(client), epoch_(epoch), on_row_(std::move(on_row)) {}

async::Task<CompletionLoadResult> CompletionLoad::run(std::span<const PlannedCall> calls,
                                                      CompletionLoadOptions options,
                                                      async::Stop& stop) {
  Phase phase{
      .calls = calls, .options = options, .start = loop_.now(), .sessions = {}, .result = {}};
  const bool by_sessions = options.schedule == CallSchedule::sessions;
  if (by_sessions) phase.sessions = by_session(calls);
  if (calls.empty()) co_return phase.result;
  co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
    if (options.schedule == CallSchedule::rate || options.schedule == CallSchedule::trace) {
      group.spawn(send_when_due(phase, group));
      co_return;
    }
    for (std::uint32_t worker = 1; worker <= options.concurrency; ++worker) {
      group.spawn(by_sessions ? work_sessions(phase, worker, group.stop())
                              : work(phase, worker, group.stop()));
    }
  });
  phase.result.duration = loop_.now() - phase.start;
  phase.result.unsent = phase.planned() - phase.result.sent - phase.result.dropped;
  co_return phase.result;
}

async::Task<> CompletionLoad::work(Phase& phase, std::uint32_t worker, async::Stop& stop) {
  const Duration step = phase.options.ramp / std::max(phase.options.concurrency, 1U);
  co_await loop_.sleep_until(phase.start + step * (worker - 1), stop);
  while (!stop.requested() && phase.next < phase.planned() && !phase.is_over(loop_.now())) {
    const PlannedCall& planned = phase.calls[phase.next++ % phase.calls.size()];
    co_await call(phase, planned, worker, loop_.now(), stop);
  }
}

async::Task<> CompletionLoad::work_sessions(Phase& phase, std::uint32_t worker, async::Stop& stop) {
  const Duration step = phase.options.ramp / std::max(phase.options.concurrency, 1U);
  co_await loop_.sleep_until(phase.start + step * (worker - 1), stop);
  while (!stop.requested() && phase.next < phase.sessions.size()) {
    const std::vector<std::size_t>& turns = phase.sessions[phase.next++];
    for (std::size_t turn = 0; turn < turns.size() && !stop.requested(); ++turn) {
      const PlannedCall& planned = phase.calls[turns[turn]];
      const Duration pause = turn == 0 ? Duration::zero() : phase.options.think + planned.think;
      const Time due = loop_.now() + pause;
      co_await loop_.sleep_until(due, stop);
      if (stop.requested()) co_return;
      co_await call(phase, planned, worker, due, stop);
    }
  }
}

async::Task<> CompletionLoad::send_when_due(Phase& phase, async::Group& group) {
  Arrivals arrivals(phase.options.rate, phase.options.seed);
  const bool by_trace = phase.options.schedule == CallSchedule::trace;
  for (; phase.next < phase.planned(); ++phase.next) {
    const PlannedCall& planned = phase.calls[phase.next % phase.calls.size()];
    const Duration from_start = by_trace ? planned.due : arrivals.next();
    const Time due = phase.start + from_start;
    if (phase.is_over(due)) co_return;
    if (loop_.now() < due) co_await loop_.sleep_until(due, group.stop());
    if (group.stop().requested()) co_return;
    if (phase.options.in_flight > 0 && phase.in_flight >= phase.options.in_flight) {
      ++phase.result.dropped;
      continue;
    }
    ++phase.in_flight;
    group.spawn(call(phase, planned, 1, due, group.stop()));
  }
}

async::Task<> CompletionLoad::call(Phase& phase, const PlannedCall& planned, std::uint32_t worker,
                                   Time due, async::Stop& stop) {
  const bool open =
      phase.options.schedule == CallSchedule::rate || phase.options.schedule == CallSchedule::trace;
  if (!open) ++phase.in_flight;  // open loops counted it when it was due
  phase.result.most_in_flight = std::max(phase.result.most_in_flight, phase.in_flight);
  ++phase.result.sent;
  const std::uint64_t index = ++index_;
  CompletionReply reply = co_await client_.complete(planned.body, planned.call->stream, stop);
  --phase.in_flight;
  record::CompletionRow row = row_of(planned, std::move(reply));
  row.index = index;
  row.worker = worker;
  row.due = due;
  row.start = epoch_ + std::chrono::duration_cast<UtcTime::duration>(row.sent.time_since_epoch());
  if (row.sent - due >= kLate) ++phase.result.late;
  on_row_(row);
}

}  // namespace spillway::load
