// Reads JSON of other programs, in which a key may be missing and a number may be a text: what is
// not there, or of another type, is nothing and never an Error.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "text/json_reader.h"

namespace spillway::text {

// A member of an object; nullptr when `value` is nullptr or no object, or has no such key.
const JsonValue* member(const JsonValue* value, std::string_view key);

// A whole number: fractions are cut, true is 1, and a text may hold one.
std::optional<std::int64_t> loose_int(const JsonValue* value);
// Any number, or a text that holds one.
std::optional<double> loose_number(const JsonValue* value);
// Empty when it is no text.
std::string loose_text(const JsonValue* value);
bool loose_flag(const JsonValue* value);
// Of an array; none when it is something else.
std::span<const JsonValue> loose_elements(const JsonValue* value);
// Of an object; none when it is something else.
std::span<const JsonValue::Member> loose_members(const JsonValue* value);

}  // namespace spillway::text
