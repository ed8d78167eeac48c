// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "core/sha256.h"
#include "text/code_points.h"
#include "text/json_writer.h"

namespace spillway::scenario {
namespace {

// As Python's json writes a float, since others hash it so: 1.0, 0.7.
std::string float_text(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

void put_params(text::JsonWriter& json, const DriveRequests& requests) {
  json.key("max_tokens").value(requests.max_tokens);
  if (requests.seed) json.key("seed").value(*requests.seed);
  json.key("stop").values(requests.stop);
  json.key("stream").value(requests.stream);
  json.key("temperature").raw(float_text(requests.temperature));
  json.key("top_p").raw(float_text(requests.top_p));
}

std::string body_of(const std::string& model, const std::string& prompt,
                    const DriveRequests& requests) {
  text::JsonWriter json;
  json.begin_object();
  json.key("model").value(model).key("prompt").value(prompt);
  json.key("max_tokens").value(requests.max_tokens);
  json.key("temperature").raw(float_text(requests.temperature));
  json.key("top_p").raw(float_text(requests.top_p));
  json.key("stream").value(requests.stream);
  if (!requests.stop.empty()) {
    json.key("stop").values(requests.stop);
  }
  if (requests.seed) json.key("seed").value(*requests.seed);
  if (requests.stream && requests.include_usage) {
    json.key("stream_options").begin_object();
    json.key("include_usage").value(true);
    json.end_object();
  }
  json.end_object();
  return json.text();
}

// Hashes by the harness's section 3.4, of JSON with sorted keys and no blanks.
std::string identity_sha256(const std::string& params, const std::string& model,
                            const std::string& prompt_sha256) {
  text::JsonWriter json;
  json.begin_object();
  json.key("generation_params").raw(params);
  json.key("model").value(model).key("prompt_sha256").value(prompt_sha256);
  json.end_object();
  return sha256_hex(json.text());
}

std::string payload_sha256(const DriveRequests& requests, const std::string& model,
                           const std::string& prompt) {
  text::JsonWriter json;
  json.begin_object();
  json.key("max_tokens").value(requests.max_tokens);
  json.key("model").value(model).key("prompt").value(prompt);
  if (requests.seed) json.key("seed").value(*requests.seed);
  json.key("stop").values(requests.stop);
  json.key("stream").value(requests.stream);
  json.key("temperature").raw(float_text(requests.temperature));
  json.key("top_p").raw(float_text(requests.top_p));
  json.end_object();
  return sha256_hex(json.text());
}

record::CallFacts facts_of(const std::string& phase, const DriveRequests& requests) {
  record::CallFacts facts;
  facts.phase = phase;
  facts.params = generation_params_json(requests);
  facts.params_sha256 = sha256_hex(facts.params);
  facts.max_tokens = requests.max_tokens;
  facts.stream = requests.stream;
  facts.record_ttfb = requests.record_ttfb;
  return facts;
}

// Members that both manifests end with.
void put_session(text::JsonWriter& json, const workload::DrivePrompt& prompt) {
  if (!prompt.session_id.empty()) json.key("session_id").value(prompt.session_id);
}

}  // namespace

std::string generation_params_json(const DriveRequests& requests) {
  text::JsonWriter json;
  json.begin_object();
  put_params(json, requests);
  json.end_object();
  return json.text();
}

DrivePlan::DrivePlan(const workload::DrivePhases& phases, const DriveRequests& requests,
                     const std::string& model) {
  for (const workload::DrivePrompt& prompt : phases.prompts) {
    prompts_.push_back({.id = prompt.id,
                        .set = prompt.set,
                        .target_tokens = prompt.target_tokens,
                        .tokens_est = prompt.tokens_est,
                        .sha256 = prompt.sha256,
                        .metadata = prompt.metadata,
                        .prefix_hash = prompt.prefix_hash,
                        .session_id = prompt.session_id,
                        .session_turn_index = prompt.session_turn_index,
                        .text = prompt.text});
    largest_tokens_ = std::max(largest_tokens_,
                               prompt.tokens_est + prompt.max_tokens.value_or(requests.max_tokens));
  }
  for (const workload::DrivePhase& phase : phases.phases) {
    add_phase(phase, phases, requests, model);
  }
}

void DrivePlan::add_phase(const workload::DrivePhase& phase, const workload::DrivePhases& all,
                          const DriveRequests& requests, const std::string& model) {
  PlannedPhase& planned = phases_.emplace_back();
  planned.name = phase.name;
  planned.concurrency = phase.concurrency;
  planned.calls.reserve(phase.prompts.size());
  DriveRequests its = requests;
  std::map<std::uint32_t, const record::CallFacts*> kinds;
  for (const std::size_t place : phase.prompts) {
    const workload::DrivePrompt& prompt = all.prompts[place];
    its.max_tokens = prompt.max_tokens.value_or(requests.max_tokens);
    const record::CallFacts*& kind = kinds[its.max_tokens];
    if (kind == nullptr) {
      kind = &planned.kinds.emplace_back(facts_of(phase.name, its));
      planned.kinds.back().measured = phase.include();
    }
    load::PlannedCall call;
    call.prompt = &prompts_[place];
    call.call = kind;
    call.body = body_of(model, prompt.text, its);
    call.identity_sha256 = identity_sha256(kind->params, model, prompt.sha256);
    call.payload_sha256 = payload_sha256(its, model, prompt.text);
    call.due = prompt.due;
    call.think = prompt.think;
    planned.calls.push_back(std::move(call));
  }
}

std::unique_ptr<PlannedPhase> DrivePlan::sanity_case(const DriveRequests& requests,
                                                     const std::string& model,
                                                     std::uint32_t max_tokens, bool stream,
                                                     std::size_t count) const {
  DriveRequests changed = requests;
  changed.max_tokens = max_tokens;
  changed.stream = stream;
  changed.include_usage = false;  // as the harness asks
  auto planned = std::make_unique<PlannedPhase>();
  planned->name = "ttfc_sanity";
  planned->kinds.push_back(facts_of(planned->name, changed));
  planned->kinds.front().measured = false;
  load::PlannedCall call;
  call.prompt = &prompts_.front();
  call.call = &planned->kinds.front();
  call.body = body_of(model, std::string(prompts_.front().text), changed);
  planned->calls.assign(count, call);
  return planned;
}

std::string prompts_manifest(const workload::DrivePhases& phases) {
  std::string lines;
  for (const workload::DrivePrompt& prompt : phases.prompts) {
    text::JsonWriter json;
    json.begin_object();
    if (!prompt.metadata.empty()) json.key("metadata").raw(prompt.metadata);
    if (!prompt.prefix_hash.empty()) json.key("prefix_hash").value(prompt.prefix_hash);
    json.key("prompt_chars").value(text::code_points(prompt.text));
    json.key("prompt_id").value(prompt.id).key("prompt_set").value(prompt.set);
    json.key("prompt_sha256").value(prompt.sha256);
    json.key("prompt_tokens_est").value(prompt.tokens_est);
    put_session(json, prompt);
    json.key("target_tokens").value(prompt.target_tokens);
    json.end_object();
    lines += json.text() + "\n";
  }
  return lines;
}

std::string request_manifest(const workload::DrivePhases& phases) {
  std::string lines;
  for (const workload::DrivePhase& phase : phases.phases) {
    for (std::size_t i = 0; i < phase.prompts.size(); ++i) {
      const workload::DrivePrompt& prompt = phases.prompts[phase.prompts[i]];
      text::JsonWriter json;
      json.begin_object();
      if (prompt.max_tokens) json.key("max_tokens").value(*prompt.max_tokens);
      json.key("phase").value(phase.name).key("phase_request_index").value(i + 1);
      if (!prompt.prefix_hash.empty()) json.key("prefix_hash").value(prompt.prefix_hash);
      json.key("prompt_id").value(prompt.id);
      if (!prompt.metadata.empty()) json.key("prompt_metadata").raw(prompt.metadata);
      json.key("prompt_set").value(prompt.set).key("prompt_sha256").value(prompt.sha256);
      json.key("prompt_tokens_est").value(prompt.tokens_est);
      put_session(json, prompt);
      json.end_object();
      lines += json.text() + "\n";
    }
  }
  return lines;
}

}  // namespace spillway::scenario
