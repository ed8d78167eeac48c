// What can be chosen about workloads of conversations. Parsed and checked above.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/bytes.h"
#include "core/time.h"
#include "workload/token_range.h"

namespace spillway::workload {

// Both ends included.
struct TimeRange {
  Duration low{};
  Duration high{};
};

// A kind of user. Ranges and defaults: MLPerf KV-cache benchmark, user templates.
struct Persona {
  std::string_view name;
  TokenRange context;
  TokenRange generation;
  TimeRange think;
};

inline constexpr std::array<Persona, 3> kPersonas = {
    Persona{
        .name = "chatbot",
        .context = {.low = 512, .high = 4096},
        .generation = {.low = 50, .high = 200},
        .think = {.low = std::chrono::milliseconds(100), .high = std::chrono::milliseconds(500)}},
    Persona{
        .name = "coding",
        .context = {.low = 4096, .high = 25000},
        .generation = {.low = 100, .high = 500},
        .think = {.low = std::chrono::milliseconds(200), .high = std::chrono::milliseconds(1000)}},
    Persona{
        .name = "document",
        .context = {.low = 4096, .high = 16384},
        .generation = {.low = 200, .high = 800},
        .think = {.low = std::chrono::milliseconds(300), .high = std::chrono::milliseconds(1500)}}};

// Shares of the classes: below `interactive` of a uniform draw, below `responsive`, the rest batch.
struct QosShares {
  double interactive = 0.15;
  double responsive = 0.50;  // cumulative
};

struct ConversationOptions {
  bool multi_turn = true;         // false: every request stands alone
  double end_probability = 0.2;   // before every turn after the first
  std::uint32_t most_turns = 50;  // of one conversation
  // Conversations that are remembered at a time; the requests of further users stand alone. 0 =
  // all.
  std::uint32_t most_remembered = 0;

  bool remembers(std::uint32_t user) const {
    return multi_turn && (most_remembered == 0 || user < most_remembered);
  }
};

enum class Retrieval : std::uint8_t { zipfian, uniform };

struct RagOptions {
  std::uint32_t documents = 0;       // ingested before the run; 0 = no retrieval
  std::uint32_t most_documents = 0;  // kept of these, the latest; 0 = all
  double probability = 0.1;          // that a request is followed by a query of a document
  TokenRange document_tokens = {.low = 4000, .high = 12000};
  Tokens chunk_tokens{512};
  std::uint32_t top_chunks = 5;  // read by a query
  Retrieval retrieval = Retrieval::zipfian;
  TokenRange answer_tokens = {.low = 50, .high = 200};
};

enum class Halves : std::uint8_t { both, prefill_only, decode_only };

struct SessionOptions {
  std::uint64_t seed = 0;
  QosShares qos;
  ConversationOptions conversation;
  double system_prompt_probability = 0.2;  // of a conversation; 0 = none
  Tokens shortest_system_prompt{0};        // shorter ones are as long as this
  std::uint64_t most_system_prompts = 3;   // different ones
  Tokens prefill_only_from{10000};         // prompts as long as this are prefilled and no more
  Halves halves = Halves::both;
  std::uint64_t prepopulated = 0;  // entries there are before a decode-only run, which reads them
  Tokens prepopulated_tokens{2048};
  RagOptions rag;
  Tokens block_tokens{16};  // into which prompts are cut, where they are
};

}  // namespace spillway::workload
