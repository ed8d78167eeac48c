// Reads one recorded request out of its JSON object; trace formats differ in the names of the keys.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"
#include "kv/prompt.h"

namespace spillway::workload {

// A request as it was recorded, before any scaling.
struct Entry {
  Duration at{};     // since the origin of the list that holds it
  Duration think{};  // zero when the trace does not say
  Tokens input;
  Tokens output;
  std::vector<std::uint64_t> block_ids;
};

enum class TimeUnit { milliseconds, seconds };

// What an entry looks like in a trace format.
struct EntryFormat {
  std::string_view name;  // of the format, as reports spell it
  Tokens block_tokens;
  kv::Tail tail;  // keyed: there is an id for a last block that is not full
  TimeUnit unit;  // milliseconds are whole numbers, seconds may have a fraction
  std::string_view at_key;
  std::string_view input_key;
  std::string_view output_key;
  std::string_view ids_key;
  std::string_view think_key;  // empty when the format has none
};

// One thread's parser; it keeps its memory from entry to entry.
class EntryParser {
 public:
  explicit EntryParser(const EntryFormat& format);
  EntryParser(EntryParser&&) noexcept;
  EntryParser& operator=(EntryParser&&) noexcept;
  EntryParser(const EntryParser&) = delete;
  EntryParser& operator=(const EntryParser&) = delete;
  ~EntryParser();

  // The whole object is checked, keys that Spillway does not use included. Throws Error whose text
  // has no place yet: "input_length: expected a whole number above zero, found -3". The entry is
  // valid until the next call.
  Entry& parse(std::string_view json);

 private:
  class Document;
  const EntryFormat* format_;
  std::unique_ptr<Document> document_;
  Entry entry_;
};

// No recorded point in time or pause is beyond this (126 years), so that sums stay far below the
// end of 64 bits of nanoseconds; ids stay below 2^63.
constexpr Duration kLongestTime = std::chrono::milliseconds(4'000'000'000'000);
constexpr std::uint64_t kHighestId = (std::uint64_t{1} << 63U) - 1;
// Tokens of one prompt or answer: a thousand times the longest context sold in 2026.
constexpr std::uint64_t kMostTokens = std::uint64_t{1} << 30U;

}  // namespace spillway::workload
