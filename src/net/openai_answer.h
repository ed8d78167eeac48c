// Answers of the OpenAI API, as a client reads them: whole, or as a stream of events.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "net/sse_reader.h"

namespace spillway::net {

// Tokens as the server counted them; what it did not say is not there.
struct AnsweredUsage {
  std::optional<std::uint64_t> prompt;
  std::optional<std::uint64_t> completion;
  std::optional<std::uint64_t> cached;  // of the prompt: found instead of computed

  bool operator==(const AnsweredUsage&) const = default;
};

struct Answer {
  std::string text;
  std::string id;             // empty: none was given
  std::string error;          // of the first error object; empty: there was none
  std::string fault;          // what was no JSON, first of all; empty: nothing
  std::string finish_reason;  // "stop", "length"
  AnsweredUsage usage;

  // Of a stream.
  std::string first_type;      // of the first event; see event_type()
  bool done = false;           // [DONE] came
  std::uint64_t events = 0;    // with data
  std::optional<Time> first;   // the first event whose data is not blank
  std::vector<Time> contents;  // events with text, reasoning included: mostly one a token
  std::vector<Time> textless;  // with a choice that has none: a role, the end
};

// What an event is, by the first rule that applies (DGX Spark harness, section 2.4): its own name
// in lower case; no JSON object: "data"; an error: "error"; choices[0].delta is an object:
// "delta_content" if it has content, else "delta"; choices[0].text: "token"; a finish_reason:
// "finish"; what the payload says it is by "object"; "data".
std::string event_type(const SseEvent& event);

// A stream of events, from bytes as they come.
class AnswerReader {
 public:
  AnswerReader();
  ~AnswerReader();
  AnswerReader(const AnswerReader&) = delete;
  AnswerReader& operator=(const AnswerReader&) = delete;

  // `at`: when the bytes were read from the socket; it is the time of the events that they end.
  void feed(std::string_view bytes, Time at);
  // The stream is over. Of one without any JSON the text is what came, 64 KiB of it at most.
  Answer finish(Time at);
  // When the first event with text came, so far.
  const std::optional<Time>& first() const { return answer_.first; }

 private:
  void take(const SseEvent& event, Time at);
  void take_payload(const SseEvent& event, Time at);
  bool take_as_before(std::string_view payload, Time at);
  void learn(const SseEvent& event, std::string_view text);

  struct Parser;
  std::unique_ptr<Parser> parser_;
  SseReader events_;
  Answer answer_;
  std::string raw_;        // the beginning of what came
  std::string last_text_;  // of the last payload, where it has no deltas
  bool any_json_ = false;
  // What an event looked like round its text: the next mostly differs in that alone, and need not
  // be parsed.
  std::string before_text_;
  std::string after_text_;
  int learned_ = 0;  // times that it was, since an event was last like it
};

// A whole answer. A body that is no JSON object is a fault; its text is then the body.
Answer read_answer(std::string_view body);

// The message of the body of a refusal: of its error object, or the error itself when that is a
// string; nothing when it has neither, or is no JSON.
std::optional<std::string> read_error(std::string_view body);

// The names of the models in the body of /v1/models; nothing when it is not one.
std::optional<std::vector<std::string>> read_models(std::string_view body);

}  // namespace spillway::net
