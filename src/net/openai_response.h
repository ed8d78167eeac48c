// Answers of the OpenAI API, as engines write them: bodies, streamed chunks, errors.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/openai_request.h"

namespace spillway::net {

// Tokens of one request. `cached` were found instead of computed; the three below add up to it.
struct Usage {
  std::uint64_t prompt = 0;
  std::uint64_t completion = 0;
  std::uint64_t cached = 0;
  std::uint64_t cached_device = 0;
  std::uint64_t cached_host = 0;
  std::uint64_t cached_disk = 0;
};

// What every part of an answer repeats.
struct AnswerHead {
  std::string id;
  std::int64_t created = 0;  // seconds since 1970
  std::string model;
  bool chat = false;
};

// A whole answer.
std::string answer_body(const AnswerHead& head, std::string_view text,
                        std::string_view finish_reason, const Usage& usage);

// The events of a streamed answer: of a chat first one with the role, then text, the reason of the
// end, with include_usage the usage after an empty list of choices, and [DONE].
class ChunkWriter {
 public:
  ChunkWriter(const AnswerHead& head, bool include_usage);

  void add_role(std::string& events) const;
  void add_text(std::string_view text, std::string& events) const;
  void add_end(std::string_view finish_reason, std::string& events) const;
  void add_usage(const Usage& usage, std::string& events) const;
  static void add_done(std::string& events);

 private:
  bool chat_;
  std::string begin_;       // up to the choices
  std::string text_begin_;  // up to a chunk's text
  std::string text_end_;    // and after it
  std::string choices_end_;
};

// One model of the list; an adapter names the model that it belongs to.
struct ModelCard {
  std::string id;
  std::int64_t created = 0;
  std::uint64_t max_model_len = 0;
  std::string parent = {};  // of an adapter
};

std::string model_body(const ModelCard& card);
std::string models_body(const std::vector<ModelCard>& cards);
std::string error_body(const ApiError& error);

}  // namespace spillway::net
