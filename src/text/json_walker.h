// Walks through one JSON document of any size in fixed memory: the caller descends where it wants
// to. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "text/file_window.h"

namespace spillway::text {

// Checks the objects and arrays that it is led into; of a value that is taken whole it finds only
// the end (strings and brackets are told apart), so whoever uses such a value parses it.
//   walker.begin_object();
//   while (const auto key = walker.next_key()) use(*key, walker.value());
//   walker.end_document();
// What is not as expected throws Error("<path>:<line>: byte <offset>: expected <what>, found ...").
class JsonWalker {
 public:
  // `longest` bounds one value taken whole, and one piece between hold() and held().
  JsonWalker(const std::string& path, Bytes longest) : window_(path, longest) {}

  void begin_object();
  // The next member's key; nothing at the object's end.
  std::optional<std::string> next_key();
  void begin_array();
  // True when an element follows, which the caller then takes; false at the array's end.
  bool next_element();
  // The text of the whole next value, valid until the next call.
  std::string_view value();
  // Nothing but white space may follow.
  void end_document();

  // Where the next value starts in the file.
  std::uint64_t offset();
  // Keeps the text from the next value on, until held() has given it and release() let it go.
  void hold();
  std::string_view held() const { return window_.held(); }
  void release() { window_.release(); }

  [[noreturn]] void fail(std::string_view expected);
  [[noreturn]] void fail_at(std::uint64_t offset, std::string_view message) const;

 private:
  char peek();  // the next byte that is not white space; '\0' at the file's end
  void expect(char wanted, std::string_view name);
  bool next_member(char closer);
  std::string unquoted(std::string_view key, std::uint64_t offset) const;
  void skip_string();
  void skip_brackets();
  void skip_scalar();

  FileWindow window_;
  bool first_ = false;  // nothing has been taken yet of the object or array just begun
};

}  // namespace spillway::text
