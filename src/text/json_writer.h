// Writes JSON text front to back: keys in the order given, numbers that read back as they were.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::text {

enum class JsonLayout { compact, pretty };  // pretty: a line a value, two spaces a level

// Appends to a string of its own. Calls that would not give a JSON document (a value without a key
// in an object, an end without a beginning) are bugs and end the program.
//   JsonWriter w; w.begin_object(); w.key("a").value(1); w.end_object(); file << w.text();
class JsonWriter {
 public:
  explicit JsonWriter(JsonLayout layout = JsonLayout::compact) : layout_(layout) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  // Bytes that are not UTF-8 become U+FFFD, so that the text is valid JSON whatever a file is
  // named.
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool flag);
  // The shortest text that reads back as the same double; JSON has no NaN or infinity: null.
  JsonWriter& value(double number);
  // Every integer exactly, whatever its size.
  template <std::integral Integer>
  JsonWriter& value(Integer number) {
    if constexpr (std::signed_integral<Integer>) {
      return signed_value(number);
    } else {
      return unsigned_value(number);
    }
  }
  JsonWriter& null();
  // A list of texts.
  JsonWriter& values(std::span<const std::string> texts);
  // JSON text of another writer, taken as it is.
  JsonWriter& raw(std::string_view json);

  // The document so far; whole once every beginning has its end.
  const std::string& text() const { return text_; }
  bool whole() const { return levels_.empty() && !text_.empty(); }
  // Empties the writer for the next document and keeps its memory.
  void clear();

 private:
  struct Level {
    char closer;  // '}' or ']'
    bool empty;
  };

  JsonWriter& signed_value(std::int64_t number);
  JsonWriter& unsigned_value(std::uint64_t number);
  JsonWriter& begin(char opener, char closer);
  JsonWriter& end(char closer);
  void before_value();
  void separate();
  void new_line();
  void append_quoted(std::string_view text);

  JsonLayout layout_;
  std::string text_;
  std::vector<Level> levels_;
  bool key_pending_ = false;
};

}  // namespace spillway::text
