// SPDX-License-Identifier: Apache-2.0
#include "serve/null_server.h"

#include <fmt/format.h>

#include <algorithm>

namespace spillway::serve {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream; charset=utf-8";
constexpr std::string_view kWord = " token";
constexpr std::size_t kOpenSteps = 1024;     // in lockstep: steps that may still be written
constexpr std::uint32_t kTokensInARow = 64;  // then others have their turn

// Whether the body says `"name": true`, whatever else it says. A parser would be the slowest part
// of a server that is measured against.
bool says_true(std::string_view body, std::string_view quoted_name) {
  const std::size_t found = body.find(quoted_name);
  if (found == std::string_view::npos) return false;
  const std::string_view rest = body.substr(found + quoted_name.size());
  const std::size_t value = rest.find_first_not_of(": \t\r\n");
  return value != std::string_view::npos && rest.substr(value).starts_with("true");
}

std::string text_of(std::uint32_t tokens) {
  std::string text;
  for (std::uint32_t i = 0; i < tokens; ++i) text += kWord;
  return text;
}

}  // namespace

NullServer::NullServer(async::Loop& loop, const NullOptions& options)
    : loop_(loop),
      options_(options),
      completion_(make_wire(false)),
      chat_(make_wire(true)),
      models_(net::models_body({{.id = options.model, .max_model_len = 131'072}})) {}

NullServer::Wire NullServer::make_wire(bool chat) const {
  const net::AnswerHead head{
      .id = chat ? "chatcmpl-null" : "cmpl-null", .model = options_.model, .chat = chat};
  const net::Usage usage{.completion = options_.tokens};
  const net::ChunkWriter chunks(head, false);
  Wire wire{.whole = net::answer_body(head, text_of(options_.tokens), "length", usage),
            .first = {},
            .token = {},
            .end = {},
            .usage_end = {}};
  chunks.add_role(wire.first);
  chunks.add_text(kWord, wire.first);
  chunks.add_text(kWord, wire.token);
  chunks.add_end("length", wire.end);
  wire.usage_end = wire.end;
  chunks.add_usage(usage, wire.usage_end);
  net::ChunkWriter::add_done(wire.end);
  net::ChunkWriter::add_done(wire.usage_end);
  return wire;
}

async::Task<bool> NullServer::handle(net::HttpExchange& exchange) {
  const Time arrived = loop_.now();
  const std::string_view path = exchange.request().path();
  const std::string_view body = exchange.request().body;
  const bool chat = path == "/v1/chat/completions";
  if (path == "/health") {
    co_await exchange.respond(200, kJson, R"({"status":"ok"})");
  } else if (path == "/v1/models") {
    co_await exchange.respond(200, kJson, models_);
  } else if (!chat && path != "/v1/completions") {
    co_return false;
  } else if (says_true(body, "\"stream\"")) {
    const bool usage = says_true(body, "\"include_usage\"");
    co_await stream(exchange, chat ? chat_ : completion_, usage, arrived);
  } else {
    const Duration length = options_.first + options_.gap * (options_.tokens - 1);
    if (length > Duration::zero()) co_await loop_.sleep_until(arrived + length, exchange.gone());
    co_await exchange.respond(200, kJson, (chat ? chat_ : completion_).whole);
  }
  co_return true;
}

Time NullServer::first_due(Time arrived) const {
  const Time due = arrived + options_.first;
  if (!options_.lockstep || options_.gap <= Duration::zero()) return due;
  const Duration past = due.time_since_epoch() % options_.gap;
  return past == Duration::zero() ? due : due + (options_.gap - past);
}

async::Task<> NullServer::stream(net::HttpExchange& exchange, const Wire& wire, bool usage,
                                 Time arrived) {
  bool here = co_await exchange.begin(
      200, kEvents, {{"Cache-Control", "no-cache"}, {"Trailer", "Spillway-Write-Times-Us"}});
  if (!here) co_return;
  std::vector<std::uint32_t> times;  // microseconds
  times.reserve(options_.tokens);
  here = co_await send_tokens(exchange, wire, arrived, times);
  if (!here) co_return;
  here = co_await exchange.write(usage ? wire.usage_end : wire.end);
  if (!here) co_return;
  co_await exchange.finish({{"Spillway-Write-Times-Us", fmt::format("{}", fmt::join(times, ","))}});
}

void NullServer::note(Time due, Time written) {
  lateness_.add((written - due).count());
  if (!options_.lockstep) return;
  Duration& last = steps_[due];
  last = std::max(last, written - due);
  if (steps_.size() <= kOpenSteps) return;
  older_steps_.add(steps_.begin()->second.count());
  steps_.erase(steps_.begin());
}

stats::Histogram NullServer::step_lateness() const {
  stats::Histogram all = older_steps_;
  for (const auto& [due, last] : steps_) all.add(last.count());
  return all;
}

async::Task<bool> NullServer::send_tokens(net::HttpExchange& exchange, const Wire& wire,
                                          Time arrived, std::vector<std::uint32_t>& times) {
  Time due = first_due(arrived);
  for (std::uint32_t token = 0; token < options_.tokens; ++token, due += options_.gap) {
    if (loop_.now() < due) {
      const bool reached = co_await loop_.sleep_until(due, exchange.gone());
      if (!reached) co_return false;
    }
    const std::string& event = token == 0 ? wire.first : wire.token;
    if (!exchange.write_now(event)) {
      const bool here = co_await exchange.write({});
      if (!here) co_return false;
    }
    const Time written = loop_.now();
    note(due, written);
    if (token % kTokensInARow == kTokensInARow - 1) co_await loop_.yield();
    times.push_back(static_cast<std::uint32_t>((written - arrived) / std::chrono::microseconds(1)));
  }
  co_return true;
}

}  // namespace spillway::serve
