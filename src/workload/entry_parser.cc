// SPDX-License-Identifier: Apache-2.0
#include "workload/entry_parser.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <array>
#include <string>

#include "core/error.h"

namespace spillway::workload {
namespace {

namespace dom = simdjson::dom;

constexpr std::size_t kLongestExcerpt = 40;

[[noreturn]] void fail(std::string_view key, std::string_view expected, dom::element found) {
  std::string text = simdjson::minify(found);
  if (text.size() > kLongestExcerpt) text = text.substr(0, kLongestExcerpt) + "...";
  throw Error(fmt::format("{}: expected {}, found {}", key, expected, text));
}

std::uint64_t whole_number(std::string_view key, dom::element value, std::uint64_t least,
                           std::uint64_t most) {
  std::uint64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS && number >= least && number <= most) return number;
  fail(key, fmt::format("a whole number of {} to {}", least, most), value);
}

Duration seconds(std::string_view key, dom::element value) {
  double number = 0;
  if (value.get(number) == simdjson::SUCCESS && number >= 0 && number <= to_seconds(kLongestTime)) {
    return from_seconds(number);
  }
  fail(key, fmt::format("seconds, 0 to {:.0f}", to_seconds(kLongestTime)), value);
}

Duration milliseconds(std::string_view key, dom::element value) {
  constexpr auto kMost =
      std::chrono::duration_cast<std::chrono::milliseconds>(kLongestTime).count();
  return std::chrono::milliseconds(whole_number(key, value, 0, std::uint64_t{kMost}));
}

void read_ids(std::string_view key, dom::element value, std::vector<std::uint64_t>& ids) {
  dom::array elements;
  if (value.get(elements) != simdjson::SUCCESS) fail(key, "a list of block ids", value);
  ids.clear();
  for (const dom::element id : elements) ids.push_back(whole_number(key, id, 0, kHighestId));
}

// The keys of an entry that mean something, and which of them it had.
class SeenKeys {
 public:
  explicit SeenKeys(const EntryFormat& format)
      : keys_{format.at_key, format.input_key, format.output_key, format.ids_key,
              format.think_key} {}

  void see(std::string_view key) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      if (keys_[i] != key || key.empty()) continue;
      if (seen_[i]) throw Error(fmt::format("expected the key \"{}\" once, found it twice", key));
      seen_[i] = true;
    }
  }

  // All but the pause, which is the last.
  void check_complete() const {
    for (std::size_t i = 0; i + 1 < keys_.size(); ++i) {
      if (!seen_[i]) throw Error(fmt::format("expected the key \"{}\", found none", keys_[i]));
    }
  }

 private:
  std::array<std::string_view, 5> keys_;
  std::array<bool, 5> seen_{};
};

void check_ids_match(const EntryFormat& format, const Entry& entry) {
  const bool up = format.tail == kv::Tail::keyed;
  const Tokens room = up ? format.block_tokens - Tokens(1) : Tokens(0);
  const std::uint64_t blocks = (entry.input + room) / format.block_tokens;
  if (blocks == entry.block_ids.size()) return;
  throw Error(fmt::format("{}: expected {} ids ({} tokens in blocks of {}, rounded {}), found {}",
                          format.ids_key, blocks, entry.input.count(), format.block_tokens.count(),
                          up ? "up" : "down", entry.block_ids.size()));
}

}  // namespace

class EntryParser::Document {
 public:
  dom::object parse(std::string_view json) {
    dom::element root;
    const auto error = parser_.parse(json.data(), json.size()).get(root);
    if (error != simdjson::SUCCESS) {
      throw Error(fmt::format("expected a whole JSON object: {}", simdjson::error_message(error)));
    }
    dom::object object;
    if (root.get(object) != simdjson::SUCCESS) fail("request", "a JSON object", root);
    return object;
  }

 private:
  dom::parser parser_;
};

EntryParser::EntryParser(const EntryFormat& format)
    : format_(&format), document_(std::make_unique<Document>()) {}
EntryParser::EntryParser(EntryParser&&) noexcept = default;
EntryParser& EntryParser::operator=(EntryParser&&) noexcept = default;
EntryParser::~EntryParser() = default;

Entry& EntryParser::parse(std::string_view json) {
  SeenKeys seen(*format_);
  entry_.think = Duration(0);
  for (const auto& [key, value] : document_->parse(json)) {
    seen.see(key);
    if (key == format_->at_key) {
      entry_.at =
          format_->unit == TimeUnit::seconds ? seconds(key, value) : milliseconds(key, value);
    } else if (key == format_->input_key) {
      entry_.input = Tokens(whole_number(key, value, 1, kMostTokens));
    } else if (key == format_->output_key) {
      entry_.output = Tokens(whole_number(key, value, 0, kMostTokens));
    } else if (key == format_->ids_key) {
      read_ids(key, value, entry_.block_ids);
    } else if (!key.empty() && key == format_->think_key) {
      entry_.think = seconds(key, value);
    }
  }
  seen.check_complete();
  check_ids_match(*format_, entry_);
  return entry_;
}

}  // namespace spillway::workload
