// Reads a CSV file row by row in fixed memory; columns are found by the names in its first line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "text/line_reader.h"

namespace spillway::text {

struct CsvRow {
  std::span<const std::string_view> fields;  // valid until the next row is read
  std::uint64_t line = 0;                    // the file's first line is 1
};

// Fields as in RFC 4180: separated by commas; in quotes when they hold commas, with a quote written
// twice. Here a field ends on the line where it begins, blanks around a field without quotes are
// dropped, lines without anything but blanks are passed over, and a byte order mark is ignored.
// What breaks these rules throws Error("<path>:<line>: expected ..., found ..."). A row may have
// more or fewer fields than the header: what that means is for the caller.
class CsvReader {
 public:
  // Opens the file and reads its header.
  explicit CsvReader(const std::string& path, Bytes longest_line = Bytes(1U << 20U));

  const std::string& path() const { return path_; }
  std::span<const std::string> header() const { return header_; }
  // Which field of a row has this name (upper and lower case differ); nothing when there is none.
  // Throws Error when two columns have it.
  std::optional<std::size_t> find_column(std::string_view name) const;
  // The same; a missing one is an Error that names it and what was found.
  std::size_t column(std::string_view name) const;

  // Nothing at the end of the file.
  std::optional<CsvRow> next();

 private:
  std::optional<Line> next_line();
  void split(const Line& line);
  std::string_view take_quoted(std::string_view& rest, std::uint64_t line);
  std::string_view take_plain(std::string_view& rest, std::uint64_t line) const;
  [[noreturn]] void fail(std::uint64_t line, std::string_view message) const;

  std::string path_;
  LineReader lines_;
  std::vector<std::string> header_;
  std::uint64_t header_line_ = 1;
  std::vector<std::string_view> fields_;  // of the row at hand, in its line or in unquoted_
  std::string unquoted_;
};

}  // namespace spillway::text
