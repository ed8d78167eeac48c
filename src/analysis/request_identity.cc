// SPDX-License-Identifier: Apache-2.0
#include "analysis/request_identity.h"

#include <algorithm>

namespace spillway::analysis {
namespace {

bool all_same(const std::vector<std::string>& values) {
  return values.size() >= 2 &&
         std::ranges::all_of(values, [&](const std::string& one) { return one == values[0]; });
}

void note(Texts& texts, std::string_view text) {
  if (!texts.contains(text)) texts.emplace(text);
}

}  // namespace

bool ReuseIdentity::same_identity() const { return all_same(identities); }
bool ReuseIdentity::same_prompt() const { return all_same(prompts); }
bool ReuseIdentity::same_params() const { return all_same(params); }

std::string_view ReuseIdentity::verdict() const {
  return same_identity() && same_prompt() && same_params() ? "identical_inputs_confirmed"
                                                           : "identity_mismatch_detected";
}

void RequestIdentity::add(const record::CompletionRow& row) {
  ++total_;
  const std::string& prompt = row.prompt->sha256;
  const std::string& params = row.call->params_sha256;
  note(prompts_, prompt);
  note(params_, params);
  note(identities_, row.identity_sha256);
  note(payloads_, row.payload_sha256);
  if (!row.prompt->prefix_hash.empty()) note(prefixes_, row.prompt->prefix_hash);
  if (!row.prompt->session_id.empty()) ++sessions_[row.prompt->session_id];
  for (const auto& [name, value] : row.header_hints) note(header_keys_, name);
  PhaseIdentity& phase = phases_[row.call->phase];
  ++phase.requests;
  note(phase.identities, row.identity_sha256);
  note(phase.prompts, prompt);
  note(phase.params, params);
  if (row.call->phase.starts_with("reuse_")) {
    repeats_[row.index] = {
        .identity = std::string(row.identity_sha256), .prompt = prompt, .params = params};
  }
}

ReuseIdentity RequestIdentity::reuse() const {
  ReuseIdentity reuse;
  for (const auto& [index, repeat] : repeats_) {
    reuse.identities.push_back(repeat.identity);
    reuse.prompts.push_back(repeat.prompt);
    reuse.params.push_back(repeat.params);
  }
  return reuse;
}

}  // namespace spillway::analysis
