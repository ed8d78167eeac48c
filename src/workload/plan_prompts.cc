// SPDX-License-Identifier: Apache-2.0
#include "workload/plan_prompts.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "core/sha256.h"
#include "kv/prompt_text.h"
#include "kv/speaker.h"
#include "text/json_writer.h"

namespace spillway::workload {
namespace {

// Of tokens that no piece of the plan names: they are no other request's.
kv::Piece rest_of(const Request& request) {
  const Tokens named = length(request.prompt);
  const Tokens rest = request.input_tokens > named ? request.input_tokens - named : Tokens(0);
  return {.id = std::numeric_limits<std::uint64_t>::max() - request.index, .tokens = rest};
}

std::string metadata_of(const Request& request) {
  text::JsonWriter json;
  json.begin_object();
  json.key("plan_index").value(request.index).key("user").value(request.user);
  json.end_object();
  return json.text();
}

}  // namespace

std::vector<DrivePrompt> plan_prompts(const Plan& plan, const std::string& name, std::size_t count,
                                      const kv::Tokenizer& tokenizer) {
  const kv::Speaker speaker(tokenizer);
  const std::unique_ptr<Cursor> cursor = plan.cursor();
  std::vector<DrivePrompt> prompts;
  prompts.reserve(std::min<std::uint64_t>(count, plan.size()));
  for (std::uint64_t i = 0; i < plan.size() && prompts.size() < count; ++i) {
    Request request = cursor->read(i);
    request.prompt.pieces.push_back(rest_of(request));
    DrivePrompt& prompt = prompts.emplace_back();
    prompt.id = fmt::format("{}-{:05}", name, i);
    prompt.set = plan.summary().format;
    prompt.target_tokens = prompt.tokens_est = length(request.prompt).count();
    prompt.text = kv::prompt_text(request.prompt, speaker);
    prompt.sha256 = sha256_hex(prompt.text);
    prompt.metadata = metadata_of(request);
    if (request.conversation != 0) {
      prompt.session_id = fmt::format("{}-{}", name, request.conversation);
      prompt.session_turn_index = request.conversation_turn;
    }
    // A server always says something.
    prompt.max_tokens = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(request.output_tokens.count(), 1, 1U << 31U));
    prompt.due = request.due;
    prompt.think = request.think;
  }
  return prompts;
}

}  // namespace spillway::workload
