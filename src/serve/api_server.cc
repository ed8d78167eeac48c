// SPDX-License-Identifier: Apache-2.0
#include "serve/api_server.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "net/bearer.h"

namespace spillway::serve {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEvents = "text/event-stream; charset=utf-8";
constexpr std::string_view kModelPath = "/v1/models/";
constexpr std::uint32_t kCompletionTokens = 16;  // the API's default of max_tokens

async::Task<bool> refuse(net::HttpExchange& exchange, const net::ApiError& error,
                         const net::Headers& headers = {}) {
  return exchange.respond(error.status, kJson, net::error_body(error), headers);
}

net::ApiError not_found(std::string_view model) {
  return {.status = 404,
          .message = fmt::format("The model `{}` does not exist.", model),
          .param = "model",
          .code = "model_not_found"};
}

net::ApiError server_error(int status, std::string message) {
  return {.status = status, .message = std::move(message), .type = "server_error"};
}

// What a stack says that breaks on purpose.
net::ApiError fault_error(const ResponseFault& fault) {
  net::ApiError error = server_error(fault.status, "a fault that was asked for");
  error.code = "injected_fault";
  if (fault.status == 429) error.type = "rate_limit_error";
  return error;
}

}  // namespace

std::string render_chat(const std::vector<net::ChatMessage>& messages) {
  std::string text = "<|begin_of_text|>";
  for (const net::ChatMessage& message : messages) {
    text += fmt::format("<|start_header_id|>{}<|end_header_id|>\n\n{}<|eot_id|>", message.role,
                        message.content);
  }
  return text + "<|start_header_id|>assistant<|end_header_id|>\n\n";
}

// A request that can be answered, and what with.
struct ApiServer::Prepared {
  net::CompletionRequest request;
  net::AnswerHead head;
  std::uint64_t number = 0;
  std::string adapter;  // empty: none
  std::vector<kv::TokenId> prompt;
  std::unique_ptr<Answer> answer;

  net::Usage usage(const Generation& generation) const {
    const PerTier<std::uint64_t>& hits = generation.hit_tokens();
    return {.prompt = prompt.size(),
            .completion = answer->tokens().size(),
            .cached = hits[TierId::gpu] + hits[TierId::cpu] + hits[TierId::storage],
            .cached_device = hits[TierId::gpu],
            .cached_host = hits[TierId::cpu],
            .cached_disk = hits[TierId::storage]};
  }
};

struct ApiServer::Route {
  std::string_view path;
  std::string_view method;
  Handler handler;
  bool open = false;  // to those without a key
};

ApiServer::ApiServer(const ApiParts& parts, ApiOptions options)
    : parts_(parts), options_(std::move(options)) {}

const ApiServer::Route* ApiServer::find_route(std::string_view path) {
  static constexpr std::array kRoutes = {
      Route{.path = "/v1/models", .method = "GET", .handler = &ApiServer::models},
      Route{.path = "/v1/completions", .method = "POST", .handler = &ApiServer::completions},
      Route{.path = "/v1/chat/completions",
            .method = "POST",
            .handler = &ApiServer::chat_completions},
      Route{.path = "/reset_prefix_cache", .method = "POST", .handler = &ApiServer::reset},
      Route{.path = "/health", .method = "GET", .handler = &ApiServer::health, .open = true},
  };
  static constexpr Route kModel = {
      .path = kModelPath, .method = "GET", .handler = &ApiServer::model};
  if (path.starts_with(kModelPath)) return &kModel;
  const auto* const route = std::ranges::find(kRoutes, path, &Route::path);
  return route == kRoutes.end() ? nullptr : route;
}

async::Task<bool> ApiServer::handle(net::HttpExchange& exchange) {
  const net::HttpRequest& request = exchange.request();
  const Route* const route = find_route(request.path());
  if (route == nullptr) co_return false;
  const bool may = route->open || options_.api_key.empty() ||
                   net::bears(request.header("authorization"), options_.api_key);
  if (!may) {
    const net::ApiError error{.status = 401,
                              .message = "A key is needed: Authorization: Bearer <key>",
                              .type = "authentication_error",
                              .code = "invalid_api_key"};
    co_await refuse(exchange, error, {{"WWW-Authenticate", "Bearer"}});
  } else if (request.method != route->method) {
    const net::ApiError error{
        .status = 405,
        .message = fmt::format("{} is for {} requests", request.path(), route->method)};
    co_await refuse(exchange, error, {{"Allow", std::string(route->method)}});
  } else {
    co_await (this->*route->handler)(exchange);
  }
  co_return true;
}

async::Task<> ApiServer::health(net::HttpExchange& exchange) {
  co_await exchange.respond(200, kJson, R"({"status":"ok"})");
}

bool ApiServer::models_visible() {
  return !dropped_ && !parts_.faults.models_empty(parts_.loop.now());
}

std::vector<net::ModelCard> ApiServer::cards() const {
  const std::int64_t created = options_.epoch.count();
  const std::uint64_t length = parts_.engine.options().max_model_len;
  std::vector<net::ModelCard> cards = {
      {.id = options_.model, .created = created, .max_model_len = length}};
  for (const std::string& adapter : options_.adapters) {
    cards.push_back(
        {.id = adapter, .created = created, .max_model_len = length, .parent = options_.model});
  }
  return cards;
}

async::Task<> ApiServer::models(net::HttpExchange& exchange) {
  const std::vector<net::ModelCard> listed =
      models_visible() ? cards() : std::vector<net::ModelCard>();
  co_await exchange.respond(200, kJson, net::models_body(listed));
}

async::Task<> ApiServer::model(net::HttpExchange& exchange) {
  const std::string_view name = exchange.request().path().substr(kModelPath.size());
  const std::vector<net::ModelCard> all = cards();
  const auto card = std::ranges::find(all, name, &net::ModelCard::id);
  if (card == all.end() || !models_visible()) {
    co_await refuse(exchange, not_found(name));
  } else {
    co_await exchange.respond(200, kJson, net::model_body(*card));
  }
}

// As vLLM has it: the device's blocks, and with reset_external=true those of the tiers below.
async::Task<> ApiServer::reset(net::HttpExchange& exchange) {
  const bool tiers = exchange.request().query().find("reset_external=true") != std::string::npos;
  co_await parts_.engine.reset_prefix_cache(tiers, exchange.gone());
  co_await exchange.respond(
      200, kJson, fmt::format(R"({{"reset":["device"{}]}})", tiers ? R"(,"host","disk")" : ""));
}

async::Task<> ApiServer::complete(net::HttpExchange& exchange, bool chat) {
  const std::optional<ResponseFault> fault = parts_.faults.on_request(parts_.loop.now());
  if (fault) {
    const bool shown = co_await show_fault(exchange, *fault);
    if (shown) co_return;
  }
  auto parsed = net::parse_completion(exchange.request().body, chat,
                                      {.strict_fields = options_.strict_fields});
  Prepared prepared;
  std::optional<net::ApiError> error;
  if (const auto* const refusal = std::get_if<net::ApiError>(&parsed)) {
    error = *refusal;
  } else {
    error = prepare(std::move(std::get<net::CompletionRequest>(parsed)), prepared);
  }
  if (error) {
    co_await refuse(exchange, *error);
    co_return;
  }
  if (!prepared.adapter.empty()) {
    const AdapterAnswer loaded = co_await parts_.adapters->use(prepared.adapter);
    if (!loaded.fault.empty()) {
      co_await refuse(exchange, server_error(500, loaded.fault));
      co_return;
    }
  }
  co_await answer(exchange, prepared, fault);
}

std::optional<net::ApiError> ApiServer::prepare(net::CompletionRequest request,
                                                Prepared& prepared) {
  prepared.request = std::move(request);
  const net::CompletionRequest& asked = prepared.request;
  if (auto error = find_model(asked, prepared)) return error;
  prepared.number = ++requests_;
  prepared.head = {
      .id = fmt::format("{}-{:016x}", asked.chat ? "chatcmpl" : "cmpl", prepared.number),
      .created = (options_.epoch + std::chrono::duration_cast<std::chrono::seconds>(
                                       parts_.loop.now().time_since_epoch()))
                     .count(),
      .model = asked.model,
      .chat = asked.chat};
  if (asked.chat) {
    parts_.tokenizer.encode(render_chat(asked.messages), prepared.prompt);
  } else if (!asked.prompt_tokens.empty()) {
    prepared.prompt = asked.prompt_tokens;
  } else {
    parts_.tokenizer.encode(asked.prompt, prepared.prompt);
  }
  const std::uint32_t by_default = asked.chat ? options_.default_max_tokens : kCompletionTokens;
  const bool greedy = asked.temperature == 0.0;
  const std::uint64_t seed = greedy ? 0 : static_cast<std::uint64_t>(asked.seed.value_or(0));
  const AnswerOptions options{.max_tokens = asked.max_tokens.value_or(by_default),
                              .min_tokens = asked.min_tokens,
                              .ignore_eos = asked.ignore_eos,
                              .stop = asked.stop,
                              .seed = options_.seed ^ seed,
                              .mean_tokens = options_.answer_tokens};
  const Unfit why = parts_.engine.unfit(prepared.prompt.size(), options.max_tokens);
  if (why != Unfit::none) return unfit_error(why, prepared, options.max_tokens);
  prepared.answer = std::make_unique<Answer>(prepared.prompt, options, parts_.speaker);
  return std::nullopt;
}

bool ApiServer::is_adapter(std::string_view name) const {
  return std::ranges::find(options_.adapters, name) != options_.adapters.end();
}

// An adapter is named as the model, as in vLLM, or beside it. Where there are none, adapter_id is a
// field like any other that an engine does not know.
std::optional<net::ApiError> ApiServer::find_model(const net::CompletionRequest& request,
                                                   Prepared& prepared) const {
  if (dropped_) return not_found(request.model);
  if (is_adapter(request.model)) {
    prepared.adapter = request.model;
  } else if (request.model != options_.model) {
    return not_found(request.model);
  }
  if (request.adapter_id.empty() || options_.adapters.empty()) return std::nullopt;
  if (!is_adapter(request.adapter_id)) return not_found(request.adapter_id);
  prepared.adapter = request.adapter_id;
  return std::nullopt;
}

net::ApiError ApiServer::unfit_error(Unfit why, const Prepared& prepared, std::uint32_t answer) {
  parts_.engine.count_refused();
  const EngineOptions& limits = parts_.engine.options();
  net::ApiError error{.message = "The prompt is empty.",
                      .param = prepared.request.chat ? "messages" : "prompt",
                      .code = "context_length_exceeded"};
  const std::size_t prompt = prepared.prompt.size();
  switch (why) {
    case Unfit::max_num_tokens:
      if (options_.oversize_drops_model) {
        dropped_ = true;
        return server_error(500, "the engine ended: a prompt was larger than max_num_tokens");
      }
      error.message = fmt::format(
          "The prompt has {} tokens, and the engine takes at most {} "
          "(max_num_tokens).",
          prompt, limits.max_num_tokens);
      return error;
    case Unfit::max_model_len:
      error.message = fmt::format(
          "The prompt has {} tokens and the answer may have {}: more than "
          "the {} of the model's context.",
          prompt, answer, limits.max_model_len);
      return error;
    case Unfit::device_memory:
      error.message = fmt::format(
          "The prompt has {} tokens and the answer may have {}: more than "
          "the device's KV cache holds.",
          prompt, answer);
      return error;
    default:
      error.code.clear();
      return error;
  }
}

async::Task<> ApiServer::answer(net::HttpExchange& exchange, const Prepared& prepared,
                                const std::optional<ResponseFault>& fault) {
  Generation generation(
      parts_.engine,
      {.id = prepared.number, .prompt = prepared.prompt, .answer = prepared.answer->tokens()});
  if (prepared.request.stream) {
    co_await exchange.watched([&] { return answer_stream(exchange, prepared, generation, fault); });
  } else {
    co_await exchange.watched([&] { return answer_whole(exchange, prepared, generation, fault); });
  }
}

async::Task<> ApiServer::answer_whole(net::HttpExchange& exchange, const Prepared& prepared,
                                      Generation& generation,
                                      const std::optional<ResponseFault>& fault) {
  while (!generation.done() && !exchange.gone().requested()) {
    co_await generation.progress(generation.tokens(), exchange.gone());
  }
  if (!generation.done()) co_return;
  if (generation.abandoned()) {
    co_await refuse(exchange, server_error(503, "the server is stopping"));
    co_return;
  }
  const Answer& said = *prepared.answer;
  const std::string body = net::answer_body(prepared.head, said.text(), said.finish_reason(),
                                            prepared.usage(generation));
  if (fault) {
    co_await break_body(exchange, body, *fault);
  } else {
    co_await exchange.respond(200, kJson, body, {{"X-Request-Id", prepared.head.id}});
  }
}

async::Task<> ApiServer::answer_stream(net::HttpExchange& exchange, const Prepared& prepared,
                                       Generation& generation,
                                       const std::optional<ResponseFault>& fault) {
  const net::ChunkWriter chunks(prepared.head, prepared.request.include_usage);
  const Answer& said = *prepared.answer;
  bool here = co_await exchange.begin(
      200, kEvents, {{"Cache-Control", "no-cache"}, {"X-Request-Id", prepared.head.id}});
  if (fault) {
    const bool goes_on = co_await break_stream(exchange, chunks, said, *fault);
    if (!goes_on) co_return;
  }
  std::string events;
  std::uint32_t sent = 0;
  while (here && sent < said.tokens().size()) {
    co_await generation.progress(sent, exchange.gone());
    if (exchange.gone().requested() || generation.abandoned()) break;
    for (const std::uint32_t out = generation.tokens(); here && sent < out; ++sent) {
      events.clear();
      if (sent == 0) chunks.add_role(events);
      if (!said.piece(sent).empty()) chunks.add_text(said.piece(sent), events);
      if (!events.empty()) here = co_await exchange.write(events);
    }
  }
  if (!here || exchange.gone().requested()) co_return;
  events.clear();
  if (generation.abandoned()) {
    events = "data: " + net::error_body(server_error(503, "the server is stopping")) + "\n\n";
  } else {
    chunks.add_end(said.finish_reason(), events);
    if (prepared.request.include_usage) chunks.add_usage(prepared.usage(generation), events);
    net::ChunkWriter::add_done(events);
  }
  here = co_await exchange.write(events);
  if (here) co_await exchange.finish();
}

// Faults that come instead of an answer; false for those that come in the midst of one.
async::Task<bool> ApiServer::show_fault(net::HttpExchange& exchange, const ResponseFault& fault) {
  if (fault.kind == FaultKind::status) {
    net::Headers headers;
    if (fault.retry_after_s)
      headers.emplace_back("Retry-After", std::to_string(*fault.retry_after_s));
    co_await refuse(exchange, fault_error(fault), headers);
    co_return true;
  }
  if (fault.kind == FaultKind::error_in_200) {
    co_await exchange.respond(200, kJson, net::error_body(fault_error(fault)));
    co_return true;
  }
  if (fault.kind == FaultKind::stall_after_headers) {
    co_await exchange.begin(200, kEvents, {{"Cache-Control", "no-cache"}});
    const auto stall = [&]() -> async::Task<> {
      const Duration length = fault.stall.value_or(std::chrono::hours(24));
      co_await parts_.loop.sleep_for(length, exchange.gone());
    };
    co_await exchange.watched(stall);
    exchange.cut();
    co_return true;
  }
  co_return false;
}

// A connection that ends within the body of an answer.
async::Task<> ApiServer::break_body(net::HttpExchange& exchange, std::string_view body,
                                    const ResponseFault& fault) {
  if (fault.kind != FaultKind::cut) {
    co_await exchange.respond(200, kJson, body.substr(0, body.size() / 2));
    co_return;
  }
  co_await exchange.begin(200, kJson);
  co_await exchange.write(body.substr(0, std::min(fault.after_bytes, body.size() - 1)));
  exchange.cut();
}

// True when the stream goes on after it.
async::Task<bool> ApiServer::break_stream(net::HttpExchange& exchange,
                                          const net::ChunkWriter& chunks, const Answer& said,
                                          const ResponseFault& fault) {
  if (fault.kind != FaultKind::cut) co_return co_await exchange.write("data: {\"id\": \n\n");
  std::string events;
  chunks.add_role(events);
  for (std::size_t i = 0; i < said.tokens().size(); ++i) chunks.add_text(said.piece(i), events);
  co_await exchange.write(std::string_view(events).substr(0, fault.after_bytes));
  exchange.cut();
  co_return false;
}

}  // namespace spillway::serve
