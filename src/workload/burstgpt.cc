// SPDX-License-Identifier: Apache-2.0
#include "workload/burstgpt.h"

#include "workload/csv_list.h"

namespace spillway::workload {
namespace {

CsvRowParser parser_for(const text::CsvReader& reader) {
  const CsvColumn at = csv_column(reader, "Timestamp");
  const CsvColumn context = csv_column(reader, "Request tokens");
  const CsvColumn generate = csv_column(reader, "Response tokens");
  const auto session = reader.find_column("Session ID");
  return [=](const text::CsvRow& row) {
    return CsvRequest{.at = csv_seconds(row, at),
                      .context = csv_tokens(row, context, 1),
                      .generate = csv_tokens(row, generate, 0),
                      .session = session ? row.fields[*session] : std::string_view()};
  };
}

}  // namespace

RequestList read_burstgpt(const std::string& path, std::optional<std::uint64_t> most) {
  return read_csv_list({.name = "burstgpt", .parser_for = parser_for}, path, most);
}

}  // namespace spillway::workload
