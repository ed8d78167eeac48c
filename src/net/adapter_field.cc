// SPDX-License-Identifier: Apache-2.0
#include "net/adapter_field.h"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>

#include "text/json_writer.h"

namespace spillway::net {
namespace {

constexpr std::string_view kField = "adapter_id";
constexpr std::size_t kDepth = 32;  // of objects and arrays in one another

std::string without_field(simdjson::dom::object body) {
  text::JsonWriter json;
  json.begin_object();
  for (const auto& [key, value] : body) {
    if (key != kField) json.key(key).raw(simdjson::to_string(value));
  }
  json.end_object();
  return json.text();
}

AdapterField wrong(std::string fault) {
  return {.name = std::nullopt, .rest = {}, .fault = std::move(fault)};
}

}  // namespace

AdapterField take_adapter(std::string_view body) {
  simdjson::dom::parser parser;
  simdjson::dom::object members;
  auto fault = parser.allocate(std::max<std::size_t>(body.size(), 1), kDepth);
  if (fault == simdjson::SUCCESS) fault = parser.parse(body.data(), body.size()).get(members);
  if (fault == simdjson::INCORRECT_TYPE) return wrong("the body is not a JSON object");
  if (fault != simdjson::SUCCESS) {
    return wrong(fmt::format("the body is not JSON: {}", simdjson::error_message(fault)));
  }
  AdapterField field;
  bool found = false;
  for (const auto& [key, value] : members) {
    if (key != kField) continue;
    if (found) return wrong("adapter_id: given twice");
    found = true;
    if (value.is_null()) continue;
    if (!value.is_string()) return wrong("adapter_id: expected a string");
    field.name = std::string(value.get_string().value_unsafe());
  }
  field.rest = found ? without_field(members) : std::string(body);
  return field;
}

}  // namespace spillway::net
