// SPDX-License-Identifier: Apache-2.0
#include "text/json_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "text/file_window.h"
#include "text/json_writer.h"

namespace spillway::text {
namespace {

constexpr std::size_t kLongestExcerpt = 60;

void write_members(JsonWriter& writer, const JsonValue& value) {
  writer.begin_object();
  for (const auto& [key, member] : value.members()) write_json(writer.key(key), member);
  writer.end_object();
}

void write_elements(JsonWriter& writer, const JsonValue& value) {
  writer.begin_array();
  for (const JsonValue& element : value.elements()) write_json(writer, element);
  writer.end_array();
}

// "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while ..."
// without what stands in our own message already.
std::string_view reason(std::string_view message) {
  const std::size_t place = message.find("column ");
  const std::size_t from = message.find(": ", place == std::string_view::npos ? 0 : place);
  return from == std::string_view::npos ? message : message.substr(from + 2);
}

}  // namespace

// Fills values as the parser meets them; the stack holds the objects and arrays that are open.
class JsonBuilder {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  JsonBuilder(std::string_view json, const std::string& source, const JsonLimits& limits)
      : json_(json), source_(source), limits_(limits) {}

  JsonValue take() { return std::move(root_); }

  bool null() { return set(JsonValue::Null{}); }
  bool boolean(bool flag) { return set(flag); }
  bool number_integer(number_integer_t number) { return set(std::int64_t{number}); }
  bool number_unsigned(number_unsigned_t number) { return set(std::uint64_t{number}); }
  bool number_float(number_float_t number, const string_t& /*text*/) { return set(number); }
  bool string(string_t& text) { return set(std::move(text)); }
  bool binary(binary_t& /*bytes*/) { return false; }  // JSON text has none
  bool start_object(std::size_t /*size*/) { return open(std::vector<JsonValue::Member>{}); }
  bool start_array(std::size_t /*size*/) { return open(std::vector<JsonValue>{}); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(string_t& name) {
    const JsonValue& object = *open_.back();
    if (object.find(name) != nullptr) {
      throw Error(
          fmt::format("{}: expected every key once, found \"{}\" twice", object.place(), name));
    }
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& error) {
    const std::size_t byte = std::min(position == 0 ? 0 : position - 1, json_.size());
    const auto line = 1 + std::count(json_.begin(), json_.begin() + static_cast<long>(byte), '\n');
    throw Error(fmt::format("{}:{}: byte {}: {}", source_, line, byte, reason(error.what())));
  }

 private:
  // Where the next value goes: into the innermost open object or array, or it is the document.
  JsonValue& next() {
    if (open_.empty()) {
      root_.place_ = source_;
      return root_;
    }
    JsonValue& parent = *open_.back();
    const char* joint = open_.size() == 1 ? ": " : ".";
    if (auto* members = std::get_if<std::vector<JsonValue::Member>>(&parent.value_)) {
      JsonValue& value = members->emplace_back(key_, JsonValue()).second;
      value.place_ = parent.place_ + joint + key_;
      return value;
    }
    auto& elements = std::get<std::vector<JsonValue>>(parent.value_);
    JsonValue& value = elements.emplace_back();
    value.place_ =
        fmt::format("{}{}[{}]", parent.place_, open_.size() == 1 ? ": " : "", elements.size() - 1);
    return value;
  }

  template <typename Value>
  bool set(Value value) {
    next().value_ = std::move(value);
    return true;
  }

  // Pointers to open values stay valid: only the innermost open value grows.
  template <typename Value>
  bool open(Value empty) {
    JsonValue& value = next();
    if (open_.size() == limits_.depth) {
      throw Error(fmt::format("{}: expected at most {} levels of objects and arrays, found more",
                              value.place_, limits_.depth));
    }
    value.value_ = std::move(empty);
    open_.push_back(&value);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view json_;
  const std::string& source_;
  const JsonLimits& limits_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  std::string key_;
};

bool JsonValue::is_number() const {
  return type() == Type::int64 || type() == Type::uint64 || type() == Type::real;
}

bool JsonValue::as_bool() const {
  if (const bool* flag = std::get_if<bool>(&value_)) return *flag;
  fail("true or false");
}

std::int64_t JsonValue::as_int() const {
  if (const auto* number = std::get_if<std::int64_t>(&value_)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&value_)) {
    if (std::in_range<std::int64_t>(*number)) return static_cast<std::int64_t>(*number);
  }
  fail("a whole number");
}

std::uint64_t JsonValue::as_uint() const {
  if (const auto* number = std::get_if<std::uint64_t>(&value_)) return *number;
  fail("a whole number, zero or more");
}

std::uint64_t JsonValue::as_positive() const {
  const auto* number = std::get_if<std::uint64_t>(&value_);
  if (number != nullptr && *number > 0) return *number;
  fail("a positive integer");
}

double JsonValue::as_double() const {
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*number);
  fail("a number");
}

const std::string& JsonValue::as_string() const {
  if (const auto* text = std::get_if<std::string>(&value_)) return *text;
  fail("a text in quotes");
}

const std::vector<JsonValue>& JsonValue::elements() const {
  if (const auto* elements = std::get_if<std::vector<JsonValue>>(&value_)) return *elements;
  fail("an array");
}

const std::vector<JsonValue::Member>& JsonValue::members() const {
  if (const auto* members = std::get_if<std::vector<Member>>(&value_)) return *members;
  fail("an object");
}

const JsonValue* JsonValue::find(std::string_view key) const {
  const auto& all = members();
  const auto it = std::ranges::find_if(all, [&](const Member& m) { return m.first == key; });
  return it == all.end() ? nullptr : &it->second;
}

const JsonValue& JsonValue::at(std::string_view key) const {
  if (const JsonValue* value = find(key)) return *value;
  throw Error(fmt::format("{}: expected the key \"{}\", found none", place_, key));
}

void JsonValue::fail(std::string_view expected) const {
  throw Error(fmt::format("{}: expected {}, found {}", place_, expected, excerpt()));
}

std::string JsonValue::excerpt() const {
  JsonWriter writer;
  write_json(writer, *this);
  if (writer.text().size() <= kLongestExcerpt) return writer.text();
  return writer.text().substr(0, kLongestExcerpt) + "...";
}

void write_json(JsonWriter& writer, const JsonValue& value) {
  switch (value.type()) {
    case JsonValue::Type::null:
      writer.null();
      return;
    case JsonValue::Type::boolean:
      writer.value(value.as_bool());
      return;
    case JsonValue::Type::int64:
      writer.value(value.as_int());
      return;
    case JsonValue::Type::uint64:
      writer.value(value.as_uint());
      return;
    case JsonValue::Type::real:
      writer.value(value.as_double());
      return;
    case JsonValue::Type::string:
      writer.value(value.as_string());
      return;
    case JsonValue::Type::array:
      write_elements(writer, value);
      return;
    case JsonValue::Type::object:
      write_members(writer, value);
      return;
  }
}

JsonValue parse_json(std::string_view json, const std::string& source, const JsonLimits& limits) {
  if (json.size() > limits.size.count()) {
    throw Error(fmt::format("{}: expected a JSON document of at most {} bytes, found {}", source,
                            limits.size.count(), json.size()));
  }
  JsonBuilder builder(json, source, limits);
  nlohmann::json::sax_parse(json, &builder);
  return builder.take();
}

JsonValue read_json(const std::string& path, const JsonLimits& limits) {
  FileWindow window(path, limits.size);
  window.hold();
  while (!window.ahead().empty()) window.skip(window.ahead().size());
  return parse_json(window.held(), path, limits);
}

}  // namespace spillway::text
