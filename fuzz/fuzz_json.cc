// Any bytes are a JSON document or an Error; a document written again reads as the same document.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "text/json_reader.h"
#include "text/json_writer.h"

namespace {

using spillway::text::JsonValue;
using spillway::text::JsonWriter;

void write(JsonWriter& writer, const JsonValue& value) {
  switch (value.type()) {
    case JsonValue::Type::null:
      writer.null();
      break;
    case JsonValue::Type::boolean:
      writer.value(value.as_bool());
      break;
    case JsonValue::Type::int64:
      writer.value(value.as_int());
      break;
    case JsonValue::Type::uint64:
      writer.value(value.as_uint());
      break;
    case JsonValue::Type::real:
      writer.value(value.as_double());
      break;
    case JsonValue::Type::string:
      writer.value(value.as_string());
      break;
    case JsonValue::Type::array:
      writer.begin_array();
      for (const JsonValue& element : value.elements()) write(writer, element);
      writer.end_array();
      break;
    case JsonValue::Type::object:
      writer.begin_object();
      for (const auto& [key, member] : value.members()) write(writer.key(key), member);
      writer.end_object();
      break;
  }
}

std::string written(const JsonValue& value) {
  JsonWriter writer;
  write(writer, value);
  return writer.text();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(data, data + size);
  try {
    text = written(spillway::text::parse_json(text, "input"));
  } catch (const spillway::Error&) {
    return 0;
  }
  // An Error from here on is a finding.
  const std::string again = written(spillway::text::parse_json(text, "written"));
  spillway::check(again == text, "a document reads as it was written");
  return 0;
}
