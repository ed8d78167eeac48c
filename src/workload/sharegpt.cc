// SPDX-License-Identifier: Apache-2.0
#include "workload/sharegpt.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "text/json_reader.h"
#include "text/json_walker.h"
#include "workload/content_id.h"

namespace spillway::workload {
namespace {

// No conversation is longer: text of 16 million tokens.
constexpr Bytes kLongestRecord(64U << 20U);

// Of UTF-8: bytes that do not go on with a character.
std::uint64_t characters(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// As keys spell it.
std::string id_of(const text::JsonValue& record, std::uint64_t index) {
  const text::JsonValue* id = record.find("id");
  if (id == nullptr || id->is_null()) return fmt::format("conv_{}", index);
  if (id->type() == text::JsonValue::Type::uint64) return std::to_string(id->as_uint());
  if (!id->is_string()) id->fail("a text or a whole number");
  return id->as_string();
}

bool is_from(const text::JsonValue& message, std::string_view role) {
  return message.at("from").as_string() == role;
}

class ShareGpt {
 public:
  ShareGpt(const std::string& path, const ShareGptOptions& options,
           std::optional<std::uint64_t> most)
      : walker_(path, kLongestRecord), options_(options), most_(most) {
    list_.format = "sharegpt";
  }

  RequestList read() {
    walker_.begin_array();
    bool more = true;
    while (more && wanted()) {
      more = walker_.next_element();
      if (more) read_record();
    }
    if (!more) walker_.end_document();
    if (list_.requests.empty()) {
      walker_.fail_at(walker_.offset(),
                      fmt::format("expected a message from \"human\" with its answer from \"gpt\", "
                                  "found none in {} records",
                                  records_));
    }
    list_.users = list_.conversations;
    return std::move(list_);
  }

 private:
  bool full() const { return most_ && list_.requests.size() >= *most_; }
  bool wanted() const {
    return !full() && (!options_.max_conversations || records_ < *options_.max_conversations);
  }

  void read_record() {
    const std::uint64_t offset = walker_.offset();
    const std::string_view json = walker_.value();
    try {
      take(text::parse_json(json, fmt::format("record {}", records_)));
    } catch (const Error& error) {
      walker_.fail_at(offset, error.what());
    }
    ++records_;
  }

  void take(const text::JsonValue& record) {
    const std::size_t before = list_.requests.size();
    const std::string id = id_of(record, records_);
    if (const text::JsonValue* messages = record.find("conversations")) {
      const auto& all = messages->elements();
      for (std::size_t i = 0; i + 1 < all.size() && !full(); i += 2) {
        take_pair(all[i], all[i + 1], id, static_cast<std::uint32_t>(i / 2 + 1));
      }
    }
    const bool found = list_.requests.size() > before;
    list_.conversations += found ? 1 : 0;
    list_.skipped += found ? 0 : 1;
  }

  void take_pair(const text::JsonValue& question, const text::JsonValue& answer,
                 const std::string& id, std::uint32_t turn) {
    const bool asked = is_from(question, "human");
    const bool answered = is_from(answer, "gpt");
    if (!asked || !answered) return;
    list_.requests.push_back({.user = list_.conversations,
                              .conversation = list_.conversations + 1,
                              .turn = turn,
                              .context = tokens(question, options_.max_context_tokens),
                              .generate = tokens(answer, options_.max_generation_tokens),
                              .key = content_key(fmt::format("{}_turn_{}", id, turn))});
  }

  std::uint32_t tokens(const text::JsonValue& message, std::uint32_t most) const {
    const std::uint64_t count =
        characters(message.at("value").as_string()) / options_.chars_per_token;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(count, 1, most));
  }

  text::JsonWalker walker_;
  const ShareGptOptions& options_;
  std::optional<std::uint64_t> most_;
  RequestList list_;
  std::uint64_t records_ = 0;
};

}  // namespace

RequestList read_sharegpt(const std::string& path, const ShareGptOptions& options,
                          std::optional<std::uint64_t> most) {
  check(!most || *most > 0, "at least one request is asked for");
  check(options.max_conversations.value_or(1) > 0, "at least one conversation is asked for");
  check(options.chars_per_token > 0, "a token has a character");
  check(options.max_context_tokens > 0 && options.max_generation_tokens > 0, "a token fits");
  return ShareGpt(path, options, most).read();
}

}  // namespace spillway::workload
