// Reads a JSON document (a config, a record) into values whose getters say what was wrong and
// where. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/bytes.h"

namespace spillway::text {

class JsonWriter;

struct JsonLimits {
  Bytes size{64U << 20U};   // of the document; a config has kilobytes, a record some megabytes
  std::size_t depth = 100;  // objects and arrays inside of one another
};

// One value with its place in its document. The getters throw Error for another type:
// "config.json: rope.factor: expected a number, found \"abc\"".
class JsonValue {
 public:
  using Member = std::pair<std::string, JsonValue>;
  enum class Type { null, boolean, int64, uint64, real, string, array, object };

  Type type() const { return static_cast<Type>(value_.index()); }
  bool is_null() const { return type() == Type::null; }
  bool is_number() const;
  bool is_string() const { return type() == Type::string; }
  bool is_array() const { return type() == Type::array; }
  bool is_object() const { return type() == Type::object; }

  bool as_bool() const;
  std::int64_t as_int() const;
  std::uint64_t as_uint() const;      // a whole number, zero or more
  std::uint64_t as_positive() const;  // a whole number above zero
  double as_double() const;           // any number
  const std::string& as_string() const;
  const std::vector<JsonValue>& elements() const;  // of an array
  const std::vector<Member>& members() const;      // of an object, in the order of the document

  // A member of an object: nullptr when it is missing, or an Error that names it.
  const JsonValue* find(std::string_view key) const;
  const JsonValue& at(std::string_view key) const;

  // "config.json: rope.factor", for messages of callers who expect more than a type.
  const std::string& place() const { return place_; }
  // Throws Error("<place>: expected <what>, found <this value>").
  [[noreturn]] void fail(std::string_view expected) const;
  // The value as JSON text, cut when it is long.
  std::string excerpt() const;

 private:
  friend class JsonBuilder;  // fills values while the document is read
  struct Null {};
  // The order is that of Type.
  std::variant<Null, bool, std::int64_t, std::uint64_t, double, std::string, std::vector<JsonValue>,
               std::vector<Member>>
      value_;
  std::string place_;
};

// The value as a whole, where the writer stands.
void write_json(JsonWriter& writer, const JsonValue& value);

// `source` is the name used in messages. Throws Error for what is not JSON ("<source>:<line>: byte
// <n>: ..."), for two members of one name, and for documents beyond the limits.
JsonValue parse_json(std::string_view json, const std::string& source,
                     const JsonLimits& limits = {});
// The same for a file, which is its own source.
JsonValue read_json(const std::string& path, const JsonLimits& limits = {});

}  // namespace spillway::text
