// ApiServer: the OpenAI API over an engine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/loop.h"
#include "async/task.h"
#include "kv/speaker.h"
#include "kv/tokenizer.h"
#include "net/http_server.h"
#include "net/openai_request.h"
#include "net/openai_response.h"
#include "serve/adapters.h"
#include "serve/answer.h"
#include "serve/engine.h"
#include "serve/faults.h"

namespace spillway::serve {

struct ApiOptions {
  std::string model;                       // the name in the API
  std::vector<std::string> adapters = {};  // likewise: chosen by adapter_id, or as the model
  std::string api_key = {};                // empty: none is asked for
  bool strict_fields = false;
  bool oversize_drops_model = false;
  std::uint32_t default_max_tokens = 256;  // of chats; completions have the API's 16
  std::uint32_t answer_tokens = 0;         // see AnswerOptions
  std::uint64_t seed = 0;
  std::chrono::seconds epoch{};  // since 1970, when the loop's clock was at 0
};

// What it works with; all of it outlives the server. `adapters` is null where there are none.
struct ApiParts {
  async::Loop& loop;
  Engine& engine;
  const kv::Tokenizer& tokenizer;
  const kv::Speaker& speaker;
  FaultPlan& faults;
  AdapterCache* adapters = nullptr;
};

// GET /v1/models and /v1/models/{name}, POST /v1/completions, /v1/chat/completions and
// /reset_prefix_cache, GET /health. Answers are made of the prompt's tokens and the seed; with
// temperature 0 the seed makes no difference.
class ApiServer {
 public:
  ApiServer(const ApiParts& parts, ApiOptions options);

  // Answers the request, or returns false when its path is none of these.
  async::Task<bool> handle(net::HttpExchange& exchange);

 private:
  struct Prepared;
  using Handler = async::Task<> (ApiServer::*)(net::HttpExchange&);
  struct Route;
  static const Route* find_route(std::string_view path);

  async::Task<> models(net::HttpExchange& exchange);
  async::Task<> model(net::HttpExchange& exchange);
  async::Task<> completions(net::HttpExchange& exchange) { return complete(exchange, false); }
  async::Task<> chat_completions(net::HttpExchange& exchange) { return complete(exchange, true); }
  async::Task<> reset(net::HttpExchange& exchange);
  async::Task<> health(net::HttpExchange& exchange);

  async::Task<> complete(net::HttpExchange& exchange, bool chat);
  async::Task<> answer(net::HttpExchange& exchange, const Prepared& prepared,
                       const std::optional<ResponseFault>& fault);
  async::Task<> answer_whole(net::HttpExchange& exchange, const Prepared& prepared,
                             Generation& generation, const std::optional<ResponseFault>& fault);
  async::Task<> answer_stream(net::HttpExchange& exchange, const Prepared& prepared,
                              Generation& generation, const std::optional<ResponseFault>& fault);
  async::Task<bool> show_fault(net::HttpExchange& exchange, const ResponseFault& fault);
  async::Task<> break_body(net::HttpExchange& exchange, std::string_view body,
                           const ResponseFault& fault);
  async::Task<bool> break_stream(net::HttpExchange& exchange, const net::ChunkWriter& chunks,
                                 const Answer& said, const ResponseFault& fault);

  std::optional<net::ApiError> prepare(net::CompletionRequest request, Prepared& prepared);
  std::optional<net::ApiError> find_model(const net::CompletionRequest& request,
                                          Prepared& prepared) const;
  net::ApiError unfit_error(Unfit why, const Prepared& prepared, std::uint32_t answer);
  bool is_adapter(std::string_view name) const;
  bool models_visible();
  std::vector<net::ModelCard> cards() const;

  ApiParts parts_;
  ApiOptions options_;
  std::uint64_t requests_ = 0;
  bool dropped_ = false;  // an oversize request took the model away, as in the stack it imitates
};

// The messages as one text: the template of Llama 3, with the assistant's header at its end.
std::string render_chat(const std::vector<net::ChatMessage>& messages);

}  // namespace spillway::serve
