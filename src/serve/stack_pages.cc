// SPDX-License-Identifier: Apache-2.0
#include "serve/stack_pages.h"

#include <utility>

#include "core/error.h"
#include "net/bearer.h"
#include "net/openai_response.h"
#include "serve/figures_since.h"
#include "text/prometheus_writer.h"

namespace spillway::serve {
namespace {

constexpr std::string_view kJson = "application/json";

async::Task<bool> refuse(net::HttpExchange& exchange, int status, std::string message) {
  const net::ApiError error{.status = status, .message = std::move(message)};
  const bool sent = co_await exchange.respond(status, kJson, net::error_body(error));
  co_return sent;
}

HttpFigures figures_of(const net::HttpCounts& now, const net::HttpCounts& before) {
  HttpFigures figures{.responses = {},
                      .in_flight = now.in_flight,
                      .connections = now.open,
                      .received_bytes = now.bytes_in - before.bytes_in,
                      .sent_bytes = now.bytes_out - before.bytes_out};
  for (std::size_t i = 0; i < figures.responses.size(); ++i) {
    figures.responses.at(i) = now.by_status_class.at(i + 1) - before.by_status_class.at(i + 1);
  }
  return figures;
}

}  // namespace

StackPages::StackPages(async::Loop& loop, const Engine& engine, FaultPlan& faults, Counts counts,
                       StackPagesOptions options)
    : loop_(loop),
      engine_(engine),
      faults_(faults),
      counts_(std::move(counts)),
      options_(std::move(options)) {}

async::Task<bool> StackPages::handle_frontend(net::HttpExchange& exchange) {
  if (exchange.request().path() != "/metrics") co_return false;
  co_await show(exchange, MetricsPage::frontend);
  co_return true;
}

async::Task<bool> StackPages::handle_kvbm(net::HttpExchange& exchange) {
  if (exchange.request().path() != "/metrics") co_return false;
  co_await show(exchange, MetricsPage::kvbm);
  co_return true;
}

async::Task<bool> StackPages::handle_system(net::HttpExchange& exchange) {
  const std::string_view path = exchange.request().path();
  if (path == "/metrics") {
    co_await show(exchange, MetricsPage::system);
  } else if (path == "/health" || path == "/live") {
    co_await exchange.respond(200, kJson, R"({"status":"ok"})");
  } else if (path == "/faults") {
    co_await control_faults(exchange);
  } else {
    co_return false;
  }
  co_return true;
}

async::Task<bool> StackPages::admit(net::HttpExchange& exchange) const {
  const std::string_view given = exchange.request().header("authorization");
  if (options_.api_key.empty() || net::bears(given, options_.api_key)) co_return true;
  co_await refuse(exchange, 401, "A key is needed: Authorization: Bearer <key>");
  co_return false;
}

async::Task<> StackPages::show(net::HttpExchange& exchange, MetricsPage page) {
  const bool may = co_await admit(exchange);
  if (!may) co_return;
  if (exchange.request().method != "GET") {
    co_await refuse(exchange, 405, "metrics are for GET requests");
    co_return;
  }
  const MetricsFault fault = faults_.on_metrics(page, loop_.now());
  if (fault.reset) reset_counters();
  if (fault.missing) {
    co_await refuse(exchange, 404, "no metrics here: a fault that was asked for");
    co_return;
  }
  co_await exchange.respond(200, text::PrometheusWriter::kContentType, text_of(page, fault.hidden));
}

std::string StackPages::text_of(MetricsPage page, const std::vector<std::string>& hidden) {
  const EngineFigures engine = figures_since(engine_before_, engine_.figures());
  HttpFigures http = figures_of(counts_(), counts_before_);
  if (page == MetricsPage::frontend) --http.in_flight;  // the request for this page
  const PageOptions options{.model = options_.model, .dialect = options_.dialect, .hidden = hidden};
  switch (page) {
    case MetricsPage::frontend:
      return frontend_page(engine, http, options);
    case MetricsPage::system:
      return system_page(engine, http, options) + adapters_text(options);
    default:
      return kvbm_page(engine, options);
  }
}

std::string StackPages::adapters_text(const PageOptions& options) const {
  const AdapterCache* const adapters = options_.adapters;
  if (adapters == nullptr) return {};
  return adapters_page(figures_since(adapters_before_, adapters->counters()), adapters->size(),
                       options);
}

void StackPages::reset_counters() {
  engine_before_ = engine_.figures();
  if (options_.adapters != nullptr) adapters_before_ = options_.adapters->counters();
  counts_before_ = counts_();
}

// Whoever may make a server fail sits at its machine.
async::Task<> StackPages::control_faults(net::HttpExchange& exchange) {
  if (!exchange.peer_is_local()) {
    co_await refuse(exchange, 403, "faults are set from this machine only");
    co_return;
  }
  const bool may = co_await admit(exchange);
  if (!may) co_return;
  const std::string& method = exchange.request().method;
  std::string fault;
  if (method == "POST") {
    try {
      faults_ = FaultPlan::parse(exchange.request().body, "the body", loop_.now());
    } catch (const Error& error) {
      fault = error.what();
    }
  } else if (method == "DELETE") {
    faults_ = FaultPlan();
  } else if (method != "GET") {
    co_await refuse(exchange, 405, "faults are for GET, POST and DELETE requests");
    co_return;
  }
  if (!fault.empty()) {
    co_await refuse(exchange, 400, fault);
  } else {
    co_await exchange.respond(200, kJson, faults_.to_json());
  }
}

}  // namespace spillway::serve
