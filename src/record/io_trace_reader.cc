// SPDX-License-Identifier: Apache-2.0
#include "record/io_trace_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>

#include "core/error.h"

namespace spillway::record {
namespace {

constexpr Bytes kLongestLine = Bytes(64U << 10U);
constexpr std::int64_t kLastSecond = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;

std::variant<text::LineReader, text::ZstdLineReader> open_lines(const std::string& path) {
  if (text::is_zstd_path(path)) return text::ZstdLineReader(path, kLongestLine);
  return text::LineReader(path, kLongestLine);
}

// Digits alone: no sign, no blank.
std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t count = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, count);
  return error == std::errc() && stop == end ? std::optional(count) : std::nullopt;
}

// "12.345678" seconds, exactly.
std::optional<Duration> parse_time(std::string_view text) {
  constexpr std::size_t kDecimals = 9;
  const std::size_t point = std::min(text.find('.'), text.size());
  const auto seconds = parse_count(text.substr(0, point));
  if (!seconds || *seconds > std::uint64_t{kLastSecond}) return std::nullopt;
  const Duration whole = std::chrono::seconds(*seconds);
  if (point == text.size()) return whole;
  std::string decimals(text.substr(point + 1));
  if (decimals.empty() || decimals.size() > kDecimals) return std::nullopt;
  decimals.resize(kDecimals, '0');
  const auto nanoseconds = parse_count(decimals);
  if (!nanoseconds) return std::nullopt;
  return whole + Duration(*nanoseconds);
}

template <typename Named>
std::optional<Named> find_named(std::span<const Named> all, std::string_view name) {
  const auto found = std::ranges::find_if(all, [&](Named named) { return name_of(named) == name; });
  return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<TierId> parse_tier(std::string_view text) {
  for (const TierId tier : kAllTiers) {
    if (text == fmt::format("Tier-{}", index_of(tier))) return tier;
  }
  return std::nullopt;
}

// The fields of one line, front to back.
class Fields {
 public:
  Fields(const std::string& path, const text::Line& line) : path_(path), line_(line) {
    left_ = line_.text;
  }

  std::string_view take(std::string_view name) {
    if (ended_) refuse(fmt::format("a column {}", name), "the end of the line");
    const std::size_t end = left_.find(',');
    const std::string_view field = left_.substr(0, end);
    ended_ = end == std::string_view::npos;
    if (!ended_) left_.remove_prefix(end + 1);
    return field;
  }

  // What `parse` makes of the field of this name; it says nothing for a bad one.
  template <typename Parse>
  auto take_as(std::string_view name, std::string_view expected, Parse parse) {
    const std::string_view field = take(name);
    auto value = parse(field);
    if (!value) refuse(fmt::format("{} as {}", expected, name), fmt::format("\"{}\"", field));
    return *std::move(value);
  }

  std::optional<std::uint64_t> take_cause(std::string_view name) {
    const std::string_view field = take(name);
    if (field.empty()) return std::nullopt;
    const auto cause = parse_count(field);
    if (!cause) refuse(fmt::format("a whole number or nothing as {}", name), field);
    return cause;
  }

  void end() const {
    if (!ended_) refuse("the end of the line", fmt::format("\",{}\"", left_));
  }

 private:
  [[noreturn]] void refuse(std::string_view expected, std::string_view found) const {
    throw Error(fmt::format("{}:{}: expected {}, found {}", path_, line_.number, expected, found));
  }

  const std::string& path_;
  const text::Line& line_;
  std::string_view left_;
  bool ended_ = false;
};

std::optional<std::string> parse_key(std::string_view text) {
  if (!is_io_trace_key(text)) return std::nullopt;
  return std::string(text);
}

}  // namespace

IoTraceReader::IoTraceReader(const std::string& path) : path_(path), lines_(open_lines(path)) {
  read_header();
}

std::optional<text::Line> IoTraceReader::next_line() {
  return std::visit([](auto& lines) { return lines.next(); }, lines_);
}

void IoTraceReader::read_header() {
  const std::optional<text::Line> line = next_line();
  const std::string_view found = line ? line->text : "an empty file";
  for (const IoTraceLayout layout : {IoTraceLayout::narrow, IoTraceLayout::wide}) {
    layout_ = layout;
    if (found == io_trace_header(layout)) return;
  }
  throw Error(fmt::format(R"({}:1: expected the header of an I/O trace, "{}", found "{}")", path_,
                          io_trace_header(IoTraceLayout::narrow), found.substr(0, 100)));
}

std::optional<IoTraceRow> IoTraceReader::next() {
  const std::optional<text::Line> line = next_line();
  if (!line) return std::nullopt;
  Fields fields(path_, *line);
  IoTraceRow row;
  row.time = fields.take_as("Timestamp", "seconds", parse_time);
  row.operation = fields.take_as("Operation", "Read, Write or Delete", [](std::string_view text) {
    return find_named<IoOperation>(kAllIoOperations, text);
  });
  row.size = Bytes(fields.take_as("Object_Size_Bytes", "a whole number", parse_count));
  row.tier = fields.take_as("Tier", "Tier-0, Tier-1 or Tier-2", parse_tier);
  row.key = fields.take_as("Key", "a key without quotes", parse_key);
  row.phase = fields.take_as("Phase", "Prefill, Decode or Evict", [](std::string_view text) {
    return find_named<IoPhase>(kAllIoPhases, text);
  });
  if (layout_ == IoTraceLayout::wide) {
    row.request = fields.take_cause("Request");
    row.conversation = fields.take_cause("Conversation");
  }
  fields.end();
  return row;
}

std::vector<IoTraceRow> read_io_trace(const std::string& path) {
  IoTraceReader reader(path);
  std::vector<IoTraceRow> rows;
  while (auto row = reader.next()) rows.push_back(*std::move(row));
  return rows;
}

}  // namespace spillway::record
