// Any bytes are a CSV file or an Error; rows written again, all fields in quotes, read as the same.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "fuzz/memory_file.h"
#include "text/csv_reader.h"

namespace {

using namespace spillway;

using Rows = std::vector<std::vector<std::string>>;  // the header first

Rows read(const std::string& path) {
  text::CsvReader reader(path);
  Rows rows;
  rows.emplace_back(reader.header().begin(), reader.header().end());
  while (const auto row = reader.next()) rows.emplace_back(row->fields.begin(), row->fields.end());
  return rows;
}

std::string quoted(const std::string& field) {
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

std::string written(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += (i > 0 ? "," : "") + quoted(row[i]);
    text += "\r\n";
  }
  return text;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(std::string(data, data + size));
  Rows rows;
  try {
    rows = read(file.path());
  } catch (const Error&) {
    return 0;
  }
  const MemoryFile again(written(rows));  // an Error from here on is a finding
  check(read(again.path()) == rows, "rows read as they were written");
  return 0;
}
