// SPDX-License-Identifier: Apache-2.0
#include "load/completion_client.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace spillway::load {
namespace {

using record::CompletionFault;

constexpr int kBadRequest = 400;
constexpr int kTooMany = 429;
constexpr int kServerError = 500;
constexpr std::size_t kQuoted = 400;  // characters of a body in a message

CompletionFault fault_of_status(int status) {
  if (status >= 200 && status < 300) return CompletionFault::none;
  if (status < kBadRequest) return CompletionFault::http_other;
  if (status == kTooMany) return CompletionFault::http_429;
  return status < kServerError ? CompletionFault::http_4xx : CompletionFault::http_5xx;
}

CompletionFault fault_of(net::HttpFault fault) {
  switch (fault) {
    case net::HttpFault::none:
      return CompletionFault::none;
    case net::HttpFault::malformed:
      return CompletionFault::protocol;
    case net::HttpFault::stopped:
      return CompletionFault::stopped;
    default:
      return CompletionFault::cut;
  }
}

std::string quoted_status(int status, std::string_view body) {
  return fmt::format("HTTP {}: {}", status, body.substr(0, kQuoted));
}

// A server may answer a request for a stream with an error that is no event.
std::optional<std::string> error_instead_of_events(const net::Answer& answer, bool stream) {
  return stream && answer.events == 0 ? net::read_error(answer.text) : std::nullopt;
}

// What the answer itself says is wrong, if anything.
void judge_answer(CompletionReply& reply, bool stream, std::string_view body) {
  const CompletionFault by_status = fault_of_status(reply.status);
  const std::string& error = reply.answer.error;
  if (by_status != CompletionFault::none) {
    reply.fault = by_status;
    reply.error = error;
    if (error.empty() && stream) reply.error = quoted_status(reply.status, reply.answer.text);
    if (error.empty() && !stream) {
      reply.error = reply.answer.fault.empty() ? fmt::format("HTTP {}", reply.status)
                                               : quoted_status(reply.status, body);
    }
  } else if (!error.empty()) {
    reply.fault = CompletionFault::error_object;
    reply.error = error;
  } else if (const auto instead = error_instead_of_events(reply.answer, stream)) {
    reply.fault = CompletionFault::error_object;
    reply.error = *instead;
  } else if (!reply.answer.fault.empty()) {
    reply.fault = CompletionFault::malformed;
    reply.error = reply.answer.fault;
  }
}

}  // namespace

// The request's time, and that without a byte: whichever ends first stops it.
class CompletionClient::Deadline {
 public:
  Deadline(async::Loop& loop, async::Stop& parent, Duration total, Duration stall)
      : stop_(parent), alarm_(loop, stop_), loop_(loop), end_(loop.now() + total), stall_(stall) {
    extend(loop.now());
  }

  async::Stop& stop() { return stop_; }
  // Bytes came.
  void extend(Time now) {
    if (now == extended_) return;  // many events in what was read at once
    extended_ = now;
    alarm_.set(std::min(end_, now + stall_));
  }

  // What a stop meant.
  CompletionFault fault() const {
    if (!alarm_.rang()) return CompletionFault::stopped;
    return loop_.now() >= end_ ? CompletionFault::timeout : CompletionFault::stall;
  }
  std::string text() const {
    switch (fault()) {
      case CompletionFault::timeout:
        return "no whole answer within the request's time";
      case CompletionFault::stall:
        return "nothing came for too long";
      default:
        return "the run ended";
    }
  }

 private:
  async::Stop stop_;
  async::Alarm alarm_;
  async::Loop& loop_;
  Time end_;
  Time extended_ = Time::min();
  Duration stall_;
};

CompletionClient::CompletionClient(async::Loop& loop, Dialler& dialler,
                                   CompletionClientOptions options)
    : loop_(loop),
      dialler_(dialler),
      options_(std::move(options)),
      json_headers_(options_.headers) {
  json_headers_.emplace_back("Content-Type", "application/json");
}

// On the connection used last, or a new one. One that the server closed while it lay idle was never
// heard on, so a new one is tried: that is no second request.
async::Task<CompletionClient::Sent> CompletionClient::send(const net::HttpCall& call,
                                                           async::Stop& stop) {
  Sent sent;
  while (!idle_.empty()) {
    sent.client = std::move(idle_.back());
    idle_.pop_back();
    sent.head = co_await sent.client->send(call, stop);
    if (sent.head.fault != net::HttpFault::idle_closed) co_return sent;
  }
  Dialler::Result dialled = co_await dialler_.dial(stop);
  sent.connected = loop_.now();
  sent.fresh = true;
  if (!dialled.stream) {
    sent.fault = dialled.fault;
    sent.error = std::move(dialled.detail);
    co_return sent;
  }
  ++connections_;
  sent.client = std::make_unique<net::HttpClient>(loop_, std::move(dialled.stream));
  sent.head = co_await sent.client->send(call, stop);
  co_return sent;
}

async::Task<CompletionReply> CompletionClient::complete(std::string_view body, bool stream,
                                                        async::Stop& stop) {
  CompletionReply reply;
  reply.sent = loop_.now();
  Deadline deadline(loop_, stop,
                    stream ? options_.stream_total.value_or(options_.total) : options_.total,
                    options_.stall);
  Sent sent = co_await send(
      net::HttpCall{
          .method = "POST", .target = options_.target, .headers = json_headers_, .body = body},
      deadline.stop());
  reply.fresh = sent.fresh;
  reply.connected = sent.fresh ? sent.connected : reply.sent;
  reply.done = loop_.now();
  reply.fault = sent.fault != CompletionFault::none ? sent.fault : fault_of(sent.head.fault);
  reply.error = sent.fault != CompletionFault::none ? sent.error : sent.head.detail;
  if (reply.fault == CompletionFault::none) {
    deadline.extend(sent.head.at);
    reply.status = sent.head.response.status;
    reply.headers = std::move(sent.head.response.headers);
    reply.head = sent.head.at;
    reply.done = sent.head.at;
    if (stream) {
      co_await read_stream(sent.client, reply, deadline);
    } else {
      co_await read_whole(sent.client, reply, deadline);
    }
    if (sent.client->reusable()) idle_.push_back(std::move(sent.client));
  }
  if (reply.fault == CompletionFault::stopped) {
    reply.fault = deadline.fault();
    reply.error = deadline.text();
  }
  if (reply.fault != CompletionFault::none && reply.error.empty()) {
    reply.error = name_of(reply.fault);
  }
  co_return reply;
}

async::Task<> CompletionClient::read_stream(Client& client, CompletionReply& reply,
                                            Deadline& deadline) {
  net::AnswerReader reader;
  net::HttpFault ended = net::HttpFault::none;
  while (true) {
    std::optional<net::BodyPiece> piece = client->next_body();
    if (!piece) piece = co_await client->read_body(deadline.stop());
    ended = piece->fault;
    if (!piece->ok()) break;
    deadline.extend(piece->at);
    if (!reply.first) reply.first = piece->at;
    reply.done = piece->at;
    reader.feed(piece->bytes, piece->at);
  }
  reply.answer = reader.finish(reply.done);
  reply.fault = fault_of(ended);
  if (reply.fault == CompletionFault::none) {
    judge_answer(reply, true, {});
  } else {
    reply.done = loop_.now();
    reply.error = ended == net::HttpFault::stopped ? "" : std::string(to_text(ended));
  }
}

async::Task<> CompletionClient::read_whole(Client& client, CompletionReply& reply,
                                           Deadline& deadline) {
  std::string body;
  net::HttpFault ended = net::HttpFault::none;
  while (true) {
    const net::BodyPiece piece = co_await client->read_body(deadline.stop());
    ended = piece.fault;
    if (!piece.ok()) break;
    deadline.extend(piece.at);
    if (!reply.first) reply.first = piece.at;
    reply.done = piece.at;
    if (body.size() + piece.bytes.size() > options_.body.count()) {
      reply.fault = CompletionFault::malformed;
      reply.error = fmt::format("the answer has more than {} bytes", options_.body.count());
      client->close();
      co_return;
    }
    body += piece.bytes;
  }
  reply.fault = fault_of(ended);
  if (reply.fault == CompletionFault::none) {
    reply.answer = net::read_answer(body);
    judge_answer(reply, false, body);
  } else {
    reply.done = loop_.now();
    reply.error = ended == net::HttpFault::stopped ? "" : std::string(to_text(ended));
  }
}

async::Task<CompletionClient::Page> CompletionClient::get(std::string target, Duration patience,
                                                          async::Stop& stop) {
  Page page;
  Deadline deadline(loop_, stop, patience, patience);
  Sent sent =
      co_await send(net::HttpCall{.method = "GET", .target = target, .headers = options_.headers},
                    deadline.stop());
  page.fault = sent.fault != CompletionFault::none ? sent.fault : fault_of(sent.head.fault);
  page.error = sent.fault != CompletionFault::none ? sent.error : sent.head.detail;
  page.status = sent.head.response.status;
  while (page.fault == CompletionFault::none) {
    const net::BodyPiece piece = co_await sent.client->read_body(deadline.stop());
    page.fault = fault_of(piece.fault);
    if (!piece.ok()) break;
    page.body += piece.bytes;
  }
  if (page.fault == CompletionFault::stopped) {
    page.fault = deadline.fault();
    page.error = deadline.text();
  }
  if (page.fault == CompletionFault::none && sent.client->reusable()) {
    idle_.push_back(std::move(sent.client));
  }
  co_return page;
}

}  // namespace spillway::load
