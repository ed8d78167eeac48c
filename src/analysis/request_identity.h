// RequestIdentity: how much of what was sent was the same, by its hashes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "record/completion_row.h"

namespace spillway::analysis {

// Looked up without a copy of what is in it already.
using Texts = std::set<std::string, std::less<>>;

struct PhaseIdentity {
  std::uint64_t requests = 0;
  Texts identities;  // request_identity_sha256
  Texts prompts;
  Texts params;
};

// Of the phases reuse_*, in the order of sending: whether one prompt was really repeated.
struct ReuseIdentity {
  std::vector<std::string> identities;
  std::vector<std::string> prompts;
  std::vector<std::string> params;

  bool same_identity() const;
  bool same_prompt() const;
  bool same_params() const;
  // identical_inputs_confirmed, identity_mismatch_detected.
  std::string_view verdict() const;
};

// Fed with the rows of a run; memory grows with what differs, not with how many there are. Source:
// DGX Spark harness, section 7.3.
class RequestIdentity {
 public:
  void add(const record::CompletionRow& row);

  std::uint64_t total() const { return total_; }
  std::size_t unique_prompts() const { return prompts_.size(); }
  std::size_t unique_params() const { return params_.size(); }
  std::size_t unique_identities() const { return identities_.size(); }
  std::size_t unique_payloads() const { return payloads_.size(); }
  std::size_t unique_prefixes() const { return prefixes_.size(); }
  const std::map<std::string, std::uint64_t>& sessions() const { return sessions_; }
  const Texts& header_keys() const { return header_keys_; }
  const std::map<std::string, PhaseIdentity>& phases() const { return phases_; }
  // By number, as rows come when they end.
  ReuseIdentity reuse() const;

 private:
  struct Repeat {
    std::string identity;
    std::string prompt;
    std::string params;
  };

  std::uint64_t total_ = 0;
  Texts prompts_;
  Texts params_;
  Texts identities_;
  Texts payloads_;
  Texts prefixes_;
  std::map<std::string, std::uint64_t> sessions_;
  Texts header_keys_;
  std::map<std::string, PhaseIdentity> phases_;
  std::map<std::uint64_t, Repeat> repeats_;
};

}  // namespace spillway::analysis
