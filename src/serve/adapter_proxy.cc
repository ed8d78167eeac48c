// SPDX-License-Identifier: Apache-2.0
#include "serve/adapter_proxy.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "async/alarm.h"
#include "net/adapter_field.h"
#include "net/bearer.h"
#include "net/openai_response.h"
#include "serve/metrics_pages.h"
#include "text/prometheus_writer.h"

namespace spillway::serve {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::size_t kMostIdle = 256;

// Of a connection, not of a message (RFC 9110, section 7.6.1), and what either side writes itself.
constexpr auto kNotPassed = std::to_array<std::string_view>(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
     "te", "trailer", "transfer-encoding", "upgrade", "content-length", "host", "expect"});

net::Headers passed(const net::Headers& headers) {
  net::Headers kept;
  for (const auto& header : headers) {
    if (std::ranges::find(kNotPassed, header.first) == kNotPassed.end()) kept.push_back(header);
  }
  return kept;
}

async::Task<> refuse(net::HttpExchange& exchange, int status, std::string message) {
  const net::ApiError error{.status = status,
                            .message = std::move(message),
                            .type = status < 500 ? "invalid_request_error" : "server_error"};
  co_await exchange.respond(status, kJson, net::error_body(error));
}

bool is_completion(const net::HttpRequest& request) {
  return request.path() == "/v1/completions" || request.path() == "/v1/chat/completions";
}

bool is_question(const net::HttpRequest& request) {
  return request.path() == "/v1/models" || request.path().starts_with("/v1/models/") ||
         request.path() == "/health";
}

// "http://host:9000/v1/completions" and "http://host:9000/v1" both mean what stands before /v1.
std::string base_of(std::string path) {
  for (const std::string_view end : {"/completions", "/chat", "/v1"}) {
    if (path.ends_with(end)) path.resize(path.size() - end.size());
  }
  return path;
}

}  // namespace

AdapterProxy::AdapterProxy(async::Loop& loop, const net::Origin& backend, AdapterFiles& files,
                           AdapterCache& cache, AdapterProxyOptions options)
    : loop_(loop),
      backend_(backend),
      files_(files),
      cache_(cache),
      options_(std::move(options)),
      base_(base_of(backend.url().path)),
      making_(loop, 1, "an adapter's file that is being made") {}

async::Task<> AdapterProxy::handle(net::HttpExchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  const bool completion = is_completion(request);
  const bool page = request.path() == "/metrics";
  if (!options_.api_key.empty() && !net::bears(request.header("authorization"), options_.api_key)) {
    co_await refuse(exchange, 401, "A key is needed: Authorization: Bearer <key>");
  } else if (!completion && !page && !is_question(request)) {
    co_await refuse(exchange, 404, fmt::format("There is nothing at {}", request.path()));
  } else if (request.method != (completion ? "POST" : "GET")) {
    co_await refuse(exchange, 405,
                    fmt::format("{} is for {}", request.path(), completion ? "POST" : "GET"));
  } else if (page) {
    co_await exchange.respond(200, text::PrometheusWriter::kContentType,
                              adapters_page(cache_.counters(), cache_.size()));
  } else {
    co_await exchange.watched([&] { return forward(exchange); });
  }
}

async::Task<> AdapterProxy::forward(net::HttpExchange& exchange) {
  std::string rest;
  if (is_completion(exchange.request())) {
    net::AdapterField field = net::take_adapter(exchange.request().body);
    if (field.fault.empty() && field.name) field.fault = adapter_name_fault(*field.name);
    if (!field.fault.empty()) {
      co_await refuse(exchange, 400, field.fault);
      co_return;
    }
    rest = std::move(field.rest);
    if (field.name) {
      if (!known_.contains(*field.name) && known_.size() >= options_.most_adapters) {
        co_await refuse(exchange, 400,
                        fmt::format("adapter_id: {} adapters are served, which is the most",
                                    options_.most_adapters));
        co_return;
      }
      const std::string failure = co_await prepare(*field.name, exchange.gone());
      if (!failure.empty()) {
        co_await refuse(exchange, 500, failure);
        co_return;
      }
    }
  }
  Asked asked = co_await ask(exchange.request(), rest, exchange.gone());
  if (asked.status != 0) {
    co_await refuse(exchange, asked.status, asked.failure);
  } else {
    co_await relay(exchange, std::move(asked));
  }
}

// Empty once the adapter lies in memory, or why it does not.
async::Task<std::string> AdapterProxy::prepare(const std::string& adapter, async::Stop& stop) {
  if (!known_.contains(adapter)) {
    const std::uint64_t mine = co_await making_.acquire(1, stop);
    if (mine == 0) co_return "stopped";
    std::string failure = co_await files_.create(adapter, options_.adapter_size);
    making_.release(mine);
    if (!failure.empty()) co_return failure;
    known_.insert(adapter);
  }
  AdapterAnswer loaded = co_await cache_.use(adapter);
  co_return std::move(loaded.fault);
}

net::Headers AdapterProxy::headers_for_backend(const net::HttpRequest& request) const {
  net::Headers headers = passed(request.headers);
  headers.emplace_back("Host", backend_.authority());
  return headers;
}

AdapterProxy::Client AdapterProxy::take_idle() {
  if (idle_.empty()) return nullptr;
  Client client = std::move(idle_.back());
  idle_.pop_back();
  return client;
}

// A connection that lay idle may have been closed meanwhile: then the next is tried, and at last a
// new one.
async::Task<AdapterProxy::Asked> AdapterProxy::try_backend(const net::HttpCall& call,
                                                           async::Stop& stop) {
  while (Client client = take_idle()) {
    net::HttpHead head = co_await client->send(call, stop);
    if (head.fault == net::HttpFault::idle_closed) continue;
    co_return Asked{.client = std::move(client), .head = std::move(head), .failure = {}};
  }
  net::Dialled dialled = co_await backend_.dial(loop_, stop);
  if (!dialled.stream) {
    co_return Asked{.client = nullptr,
                    .head = {.fault = net::HttpFault::cut, .detail = std::move(dialled.detail)},
                    .failure = {}};
  }
  auto client = std::make_unique<net::HttpClient>(loop_, std::move(dialled.stream));
  net::HttpHead head = co_await client->send(call, stop);
  co_return Asked{.client = std::move(client), .head = std::move(head), .failure = {}};
}

async::Task<AdapterProxy::Asked> AdapterProxy::ask(const net::HttpRequest& request,
                                                   std::string_view body, async::Stop& gone) {
  const net::Headers headers = headers_for_backend(request);
  const std::string target = base_ + request.target;
  async::Stop stop(gone);
  async::Alarm alarm(loop_, stop);
  alarm.set(loop_.now() + options_.silence);
  Asked asked = co_await try_backend(
      net::HttpCall{.method = request.method, .target = target, .headers = headers, .body = body},
      stop);
  if (asked.head.fault == net::HttpFault::none) co_return asked;
  asked.status = alarm.rang() ? 504 : 502;
  asked.failure =
      alarm.rang() ? fmt::format("The backend {} has not answered in time", backend_.authority())
                   : fmt::format("The backend {} has not answered: {}", backend_.authority(),
                                 asked.head.detail.empty() ? std::string(to_text(asked.head.fault))
                                                           : asked.head.detail);
  co_return asked;
}

async::Task<> AdapterProxy::relay(net::HttpExchange& exchange, Asked asked) {
  const net::HttpResponse& response = asked.head.response;
  net::Headers headers = passed(response.headers);
  std::erase_if(headers, [](const auto& header) { return header.first == "content-type"; });
  const std::string_view trailers = response.header("trailer");
  if (!trailers.empty()) headers.emplace_back("Trailer", trailers);
  const std::string_view type = response.header("content-type");
  bool here = co_await exchange.begin(response.status,
                                      type.empty() ? "application/octet-stream" : type, headers);
  net::HttpFault ended = net::HttpFault::none;
  while (here) {
    async::Stop stop(exchange.gone());
    async::Alarm alarm(loop_, stop);
    alarm.set(loop_.now() + options_.silence);
    const net::BodyPiece piece = co_await asked.client->read_body(stop);
    alarm.clear();
    ended = piece.fault;
    if (!piece.ok()) break;
    here = co_await exchange.write(piece.bytes);
  }
  if (!here) co_return;
  if (ended != net::HttpFault::none) {
    exchange.cut();
    co_return;
  }
  co_await exchange.finish(asked.client->trailers());
  if (asked.client->reusable() && idle_.size() < kMostIdle) {
    idle_.push_back(std::move(asked.client));
  }
}

}  // namespace spillway::serve
