// CompletionRow: one request to a serving endpoint and what came back, a line of requests.jsonl as
// the DGX Spark harness has it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.h"
#include "core/utc_time.h"
#include "record/completion_fault.h"

namespace spillway::record {

// What a prompt is, for every request that sends it.
struct PromptFacts {
  std::string id;
  std::string set;
  std::uint64_t target_tokens = 0;
  std::uint64_t tokens_est = 0;
  std::string sha256;
  std::string metadata;  // a JSON object; empty: none
  std::string prefix_hash;
  std::string session_id;
  std::optional<std::uint64_t> session_turn_index = std::nullopt;
  std::string_view text = {};  // as it is sent; in no artifact
};

// What all requests of a phase have in common.
struct CallFacts {
  std::string phase;
  std::string params;  // the generation's, as a JSON object
  std::string params_sha256;
  std::uint32_t max_tokens = 0;
  bool stream = false;
  bool record_ttfb = false;
  bool measured = true;  // false: of a warm-up or a check, in no figure of the run
};

// The facts and hashes that it points at outlive the row. Times are of the run's clock; what did
// not happen is not there.
struct CompletionRow {
  const PromptFacts* prompt = nullptr;
  const CallFacts* call = nullptr;
  std::string_view identity_sha256;
  std::string_view payload_sha256;

  std::uint64_t index = 0;   // from 1 over the run, in the order of sending
  std::uint32_t worker = 0;  // from 1
  UtcTime start;             // when it was sent
  Time due{};                // when the schedule wanted it to be sent
  Time sent{};
  std::optional<Time> connected;  // of a request that needed a new connection
  std::optional<Time> head;       // the head of the answer was there
  std::optional<Time> first_body;
  std::optional<Time> first_event;  // of a stream: data that is not blank
  std::vector<Time> contents;       // of a stream: text arrived; mostly once a token
  std::vector<Time> textless;       // likewise: a choice without text, as of a role or the end
  Time done{};

  CompletionFault fault = CompletionFault::none;
  std::string error;
  int status = 0;
  std::string stream_error;  // the first error object within a stream
  std::string first_event_type;
  std::string request_id;
  std::string response_id;
  std::vector<std::pair<std::string, std::string>> header_hints;
  std::string finish_reason;
  std::optional<std::uint64_t> prompt_tokens;  // as the server counted
  std::optional<std::uint64_t> completion_tokens;
  std::optional<std::uint64_t> cached_tokens;
  std::string text;
  std::uint64_t output_tokens_est = 0;
  std::string response_path;  // of the file with the text; empty: none

  bool ok() const { return fault == CompletionFault::none && status >= 200 && status < 400; }
};

// The harness's figures in milliseconds, by its own formulas (section 2.3): TTFC is the first event
// of any kind, TTFT of a stream the same, of a whole answer the first bytes of its body; what never
// came is as late as the end. `ttft_content_ms` is ours: the first text.
struct CompletionTimes {
  double latency_ms = 0;
  std::optional<double> ttft_ms;
  std::optional<double> ttfc_ms;
  std::optional<double> ttfb_ms;
  std::optional<double> ttft_content_ms;
};
CompletionTimes times_of(const CompletionRow& row);

// "token", "delta", ...; "chunk" for bytes without an event, "headers" and "response_end" for none;
// empty when the answer was not to be streamed.
std::string first_event_type_of(const CompletionRow& row);

// One line of requests.jsonl, keys sorted, without its end of line.
std::string to_json_line(const CompletionRow& row);

}  // namespace spillway::record
