// Prompts for serving endpoints, as text: sets of documents, bursts of sessions that share a
// prefix, sessions to be stored, pushed out and asked for again. After the DGX Spark harness,
// section 3.3. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "kv/tokenizer.h"
#include "workload/token_range.h"

namespace spillway::workload {

struct DrivePrompt {
  std::string id;
  std::string set;
  std::uint64_t target_tokens = 0;
  std::uint64_t tokens_est = 0;  // of the whole prompt, by the tokenizer
  std::string text;              // the prompt as it is sent
  std::string sha256;            // of it
  std::string metadata;          // a JSON object with sorted keys; empty: none
  std::string prefix_hash;       // SHA-256 of the shared prefix, before the frame; empty: none
  std::string session_id;
  std::optional<std::uint64_t> session_turn_index;
  // What only prompts of a recorded or drawn workload have.
  std::optional<std::uint32_t> max_tokens;  // of the answer
  Duration due{};                           // from the start of the trace
  Duration think{};                         // the user's pause before it
};

// NOLINTNEXTLINE(readability-identifier-naming): `short` and `long` are keywords.
enum class LengthSet : std::uint8_t { short_, long_, mixed };
std::string_view name_of(LengthSet set);

// Same seed, same prompts, on every machine.
struct PromptSetOptions {
  std::string prefix = "main";  // of the ids: "main-00000"
  std::string set_name;         // empty: that of the lengths
  LengthSet lengths = LengthSet::short_;
  TokenRange short_range{.low = 512, .high = 2048};
  TokenRange long_range{.low = 6000, .high = 7600};
  std::size_t count = 1;
  std::uint64_t seed = 0;
};
// Documents tuned to a length: one of 512, 768, 1024, 1536, 2048 (short), 8192, 12288, 16384,
// 24576, 32768 (long) that lies in the range, else any of the range; mixed: half and half, by
// chance.
std::vector<DrivePrompt> prompt_set(const PromptSetOptions& options,
                                    const kv::Tokenizer& tokenizer);

struct CopilotOptions {
  std::string prefix = "copilot_main";
  std::size_t count = 64;
  std::size_t sessions = 8;
  std::size_t burst = 4;  // turns of one session in a row
  std::uint64_t prefix_tokens = 3072;
  std::uint64_t seed = 0;
};
// One prefix for all, then a turn: bursts of one session after the other, round and round.
std::vector<DrivePrompt> copilot_burst(const CopilotOptions& options,
                                       const kv::Tokenizer& tokenizer);

struct RehydrateOptions {
  std::size_t sessions = 16;
  std::size_t turns = 2;
  std::uint64_t prefix_tokens = 4096;
  std::uint64_t seed = 0;
};
// A prefix of its own for each session; its turns differ in what is asked at the end. In the order
// of sessions: all turns of the first, then of the second.
std::vector<DrivePrompt> rehydrate_populate(const RehydrateOptions& options,
                                            const kv::Tokenizer& tokenizer);
// One turn each, of other sessions.
std::vector<DrivePrompt> rehydrate_thrash(const RehydrateOptions& options,
                                          const kv::Tokenizer& tokenizer);

}  // namespace spillway::workload
