// Makes a request list of a trace whose rows are requests with a time stamp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "text/csv_reader.h"
#include "workload/request_list.h"

namespace spillway::workload {

// A row as it was recorded.
struct CsvRequest {
  Duration at{};  // 0 to 2^62 ns after some point in time that is the same for all rows
  std::uint32_t context = 0;
  std::uint32_t generate = 0;
  std::string_view session;  // empty: it belongs to none
};

// Throws Error without a place for a row that is no request. The row has as many fields as the
// header.
using CsvRowParser = std::function<CsvRequest(const text::CsvRow&)>;

// A CSV format. A new one is a pair of files and a row in request_list.cc.
struct CsvFormat {
  std::string_view name;
  // Finds the columns that it needs in a file's header.
  CsvRowParser (*parser_for)(const text::CsvReader& reader);
};

// Rows of several files (see csv_files.h) follow one another as if they stood in one.
// - The first request is due at 0, every other one as long after the one before it as was recorded.
//   A time stamp before the latest one of its file counts as that one; so does the first of a file
//   that starts before the end of the last file.
// - A session is a conversation and a user; of the requests without one every 1000th is of one
//   user.
// - Rows that are no requests (a number missing or out of range, no prompt tokens, not as many
//   fields as the header) are counted in `skipped`; answers of 0 tokens are requests.
// A file without rows is an Error, and so is a list without requests, which says what was wrong
// with the first row.
RequestList read_csv_list(const CsvFormat& format, const std::string& path,
                          std::optional<std::uint64_t> most);

// For row parsers: a field by its column, which messages name.
struct CsvColumn {
  std::string_view name;
  std::size_t index;
};
CsvColumn csv_column(const text::CsvReader& reader, std::string_view name);

// A whole number from `least` on, at most kMostTokens.
std::uint32_t csv_tokens(const text::CsvRow& row, const CsvColumn& column, std::uint32_t least);
// Seconds, 0 or more, with or without a fraction.
Duration csv_seconds(const text::CsvRow& row, const CsvColumn& column);
// Throws Error("<column>: expected <expected>, found <the field>").
[[noreturn]] void fail_csv_field(const text::CsvRow& row, const CsvColumn& column,
                                 std::string_view expected);

}  // namespace spillway::workload
