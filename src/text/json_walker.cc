// SPDX-License-Identifier: Apache-2.0
#include "text/json_walker.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "text/json_reader.h"

namespace spillway::text {
namespace {

// Characters that are looked for. A table: traces are megabytes of brackets, commas and digits, and
// find_first_of() calls memchr() for every byte.
class CharacterSet {
 public:
  explicit constexpr CharacterSet(std::string_view characters) {
    for (const char c : characters) holds_[static_cast<unsigned char>(c)] = true;
  }

  // The place of the first one in the text, or the text's size.
  std::size_t find_in(std::string_view text) const {
    std::size_t i = 0;
    while (i < text.size() && !holds_[static_cast<unsigned char>(text[i])]) ++i;
    return i;
  }

 private:
  std::array<bool, 256> holds_{};
};

constexpr CharacterSet kBrackets("\"[]{}");
constexpr CharacterSet kInString("\"\\");
constexpr CharacterSet kEndsScalar(" \t\n\r,]}:[{\"");

std::string quoted(char c) {
  const auto code = static_cast<unsigned char>(c);
  if (code < 0x20 || code > 0x7E) return fmt::format("byte 0x{:02X}", code);
  return fmt::format("'{}'", c);
}

}  // namespace

void JsonWalker::begin_object() {
  expect('{', "an object");
  first_ = true;
}

std::optional<std::string> JsonWalker::next_key() {
  if (!next_member('}')) return std::nullopt;
  if (peek() != '"') fail("a key in quotes");
  const std::uint64_t start = window_.offset();
  std::string key = unquoted(value(), start);
  expect(':', "':' after the key");
  return key;
}

// What is not plain ASCII is left to the parser.
std::string JsonWalker::unquoted(std::string_view key, std::uint64_t offset) const {
  const auto plain = [](char c) { return c >= 0x20 && c <= 0x7E && c != '\\'; };
  if (std::ranges::all_of(key, plain)) return std::string(key.substr(1, key.size() - 2));
  try {
    return parse_json(key, "key").as_string();
  } catch (const Error& error) {
    fail_at(offset, error.what());
  }
}

void JsonWalker::begin_array() {
  expect('[', "an array");
  first_ = true;
}

bool JsonWalker::next_element() { return next_member(']'); }

std::string_view JsonWalker::value() {
  const char start = peek();
  const bool outer = window_.holding();
  if (!outer) window_.hold();
  const std::size_t before = window_.held().size();
  if (start == '"') {
    skip_string();
  } else if (start == '{' || start == '[') {
    skip_brackets();
  } else {
    skip_scalar();
  }
  const std::string_view text = window_.held().substr(before);
  if (!outer) window_.release();
  return text;
}

void JsonWalker::end_document() {
  if (peek() != '\0' || !window_.ahead().empty()) fail("the end of the file");
}

std::uint64_t JsonWalker::offset() {
  peek();
  return window_.offset();
}

void JsonWalker::hold() {
  peek();
  window_.hold();
}

void JsonWalker::fail(std::string_view expected) {
  const char found = peek();
  const bool ended = window_.ahead().empty();
  fail_at(window_.offset(), fmt::format("expected {}, found {}", expected,
                                        ended ? "the end of the file" : quoted(found)));
}

void JsonWalker::fail_at(std::uint64_t offset, std::string_view message) const {
  throw Error(fmt::format("{}:{}: byte {}: {}", window_.path(), line_at(window_.path(), offset),
                          offset, message));
}

char JsonWalker::peek() {
  while (true) {
    const std::string_view ahead = window_.ahead();
    if (ahead.empty()) return '\0';
    const std::size_t blanks = std::min(ahead.find_first_not_of(" \t\n\r"), ahead.size());
    window_.skip(blanks);
    if (blanks < ahead.size()) return ahead[blanks];
  }
}

void JsonWalker::expect(char wanted, std::string_view name) {
  if (peek() != wanted) fail(name);
  window_.skip(1);
}

// Steps over the comma before a member or over the closer after the last one.
bool JsonWalker::next_member(char closer) {
  const bool first = first_;
  first_ = false;
  const char next = peek();
  if (next == closer) {
    window_.skip(1);
    return false;
  }
  if (first) return true;
  if (next != ',') fail(closer == '}' ? "',' or '}'" : "',' or ']'");
  window_.skip(1);
  if (peek() == closer) fail("a value after the comma");
  return true;
}

// From the opening quote to behind the closing one. What an escape means is for the value's parser.
void JsonWalker::skip_string() {
  window_.skip(1);
  bool escaped = false;
  while (true) {
    const std::string_view ahead = window_.ahead();
    if (ahead.empty()) fail("a quote that ends the string");
    if (escaped) {
      window_.skip(1);
      escaped = false;
      continue;
    }
    const std::size_t stop = kInString.find_in(ahead);
    const bool found = stop < ahead.size();
    window_.skip(found ? stop + 1 : stop);
    if (found && ahead[stop] == '"') return;
    escaped = found;
  }
}

// From the opening bracket to behind the one that closes it.
void JsonWalker::skip_brackets() {
  std::uint64_t depth = 0;
  do {
    const std::string_view ahead = window_.ahead();
    if (ahead.empty()) fail("a bracket that closes the value");
    const std::size_t stop = kBrackets.find_in(ahead);
    window_.skip(stop);
    if (stop == ahead.size()) continue;
    if (ahead[stop] == '"') {
      skip_string();
    } else {
      window_.skip(1);
      const bool opens = ahead[stop] == '[' || ahead[stop] == '{';
      depth = opens ? depth + 1 : depth - 1;
    }
  } while (depth > 0);
}

void JsonWalker::skip_scalar() {
  std::size_t length = 0;
  while (true) {
    const std::string_view ahead = window_.ahead();
    const std::size_t stop = kEndsScalar.find_in(ahead);
    window_.skip(stop);
    length += stop;
    if (ahead.empty() || stop < ahead.size()) break;
  }
  if (length == 0) fail("a value");
}

}  // namespace spillway::text
