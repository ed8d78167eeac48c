// SPDX-License-Identifier: Apache-2.0
#include "text/csv_reader.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/error.h"

namespace spillway::text {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kLongestList = 200;  // of column names in a message

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string listed(std::span<const std::string> names) {
  std::string list = fmt::format("{}", fmt::join(names, ", "));
  if (list.size() > kLongestList) list = list.substr(0, kLongestList) + "...";
  return list;
}

}  // namespace

CsvReader::CsvReader(const std::string& path, Bytes longest_line)
    : path_(path), lines_(path, longest_line) {
  auto line = next_line();
  if (!line) fail(1, "expected a line with the names of the columns, found an empty file");
  split(*line);
  header_.assign(fields_.begin(), fields_.end());
  header_line_ = line->number;
}

std::optional<std::size_t> CsvReader::find_column(std::string_view name) const {
  const auto it = std::ranges::find(header_, name);
  if (it == header_.end()) return std::nullopt;
  if (std::find(it + 1, header_.end(), name) != header_.end()) {
    fail(header_line_, fmt::format("expected one column \"{}\", found several", name));
  }
  return static_cast<std::size_t>(it - header_.begin());
}

std::size_t CsvReader::column(std::string_view name) const {
  if (const auto found = find_column(name)) return *found;
  fail(header_line_, fmt::format("expected a column \"{}\", found {}", name, listed(header_)));
}

std::optional<CsvRow> CsvReader::next() {
  const auto line = next_line();
  if (!line) return std::nullopt;
  split(*line);
  return CsvRow{.fields = fields_, .line = line->number};
}

std::optional<Line> CsvReader::next_line() {
  while (auto line = lines_.next()) {
    if (line->offset == 0 && line->text.starts_with(kByteOrderMark)) {
      line->text.remove_prefix(kByteOrderMark.size());
    }
    if (!trimmed(line->text).empty()) return line;
  }
  return std::nullopt;
}

void CsvReader::split(const Line& line) {
  fields_.clear();
  unquoted_.clear();
  unquoted_.reserve(line.text.size());  // it never grows: fields point into it
  std::string_view rest = line.text;
  while (true) {
    fields_.push_back(rest.starts_with('"') ? take_quoted(rest, line.number)
                                            : take_plain(rest, line.number));
    if (rest.empty()) return;
    rest.remove_prefix(1);  // the comma
  }
}

std::string_view CsvReader::take_quoted(std::string_view& rest, std::uint64_t line) {
  const std::size_t start = unquoted_.size();
  bool ended = false;
  rest.remove_prefix(1);
  while (!ended) {
    const std::size_t quote = rest.find('"');
    if (quote == std::string_view::npos) {
      fail(line, "expected a quote that ends the field, found the end of the line");
    }
    unquoted_.append(rest.substr(0, quote));
    rest.remove_prefix(quote + 1);
    ended = !rest.starts_with('"');
    if (ended) continue;
    unquoted_.push_back('"');
    rest.remove_prefix(1);
  }
  if (!rest.empty() && rest.front() != ',') {
    fail(line, "expected a comma behind the quote that ends the field, found more text");
  }
  return std::string_view(unquoted_).substr(start);
}

std::string_view CsvReader::take_plain(std::string_view& rest, std::uint64_t line) const {
  const std::string_view field = rest.substr(0, rest.find(','));
  if (field.find('"') != std::string_view::npos) {
    fail(line, "expected quotes round the whole field, found one inside of it");
  }
  rest.remove_prefix(field.size());
  return trimmed(field);
}

void CsvReader::fail(std::uint64_t line, std::string_view message) const {
  throw Error(fmt::format("{}:{}: {}", path_, line, message));
}

}  // namespace spillway::text
