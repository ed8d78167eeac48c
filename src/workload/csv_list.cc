// SPDX-License-Identifier: Apache-2.0
#include "workload/csv_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "core/error.h"
#include "text/json_writer.h"
#include "workload/csv_files.h"
#include "workload/entry_parser.h"
#include "workload/numbering.h"

namespace spillway::workload {
namespace {

constexpr std::uint32_t kUsersWithoutSession = 1000;  // as MLPerf Storage deals BurstGPT out
constexpr std::size_t kLongestExcerpt = 40;

// Turns time stamps into due times.
class DueTimes {
 public:
  void begin_file() { file_begins_ = true; }

  Duration due(Duration at) {
    const Duration latest = latest_.value_or(at);
    const Duration due = due_ + std::max(at - latest, Duration(0));
    if (due > kLongestTime) {
      throw Error(
          fmt::format("expected a time stamp at most {:.0f} s after the first, found {:.0f}",
                      to_seconds(kLongestTime), to_seconds(due)));
    }
    latest_ = file_begins_ ? at : std::max(at, latest);
    file_begins_ = false;
    return due_ = due;
  }

 private:
  bool file_begins_ = false;
  std::optional<Duration> latest_;  // time stamp
  Duration due_{};
};

// Fills the list row by row.
class CsvList {
 public:
  CsvList(const CsvFormat& format, std::optional<std::uint64_t> most)
      : format_(format), most_(most) {
    list_.format = format.name;
    list_.timed = true;
  }

  void read_file(const std::string& path) {
    text::CsvReader reader(path);
    const CsvRowParser parser = format_.parser_for(reader);
    times_.begin_file();
    std::uint64_t rows = 0;
    while (!full()) {
      const auto row = reader.next();
      if (!row && rows == 0) {
        throw Error(fmt::format("{}:1: expected rows below the header, found none", path));
      }
      if (!row) return;
      ++rows;
      read_row(*row, reader, parser);
    }
  }

  bool full() const { return most_ && list_.requests.size() >= *most_; }

  RequestList take() {
    if (list_.requests.empty()) {
      throw Error(fmt::format("{}: expected a request in one of {} rows, found none", first_fault_,
                              list_.skipped));
    }
    list_.users = users_.size();
    list_.conversations = sessions_.size();
    return std::move(list_);
  }

 private:
  void read_row(const text::CsvRow& row, const text::CsvReader& reader,
                const CsvRowParser& parser) {
    try {
      if (row.fields.size() != reader.header().size()) {
        throw Error(
            fmt::format("expected {} fields, found {}", reader.header().size(), row.fields.size()));
      }
      add(parser(row));
    } catch (const Error& error) {
      if (list_.skipped++ == 0) {
        first_fault_ = fmt::format("{}:{}: {}", reader.path(), row.line, error.what());
      }
    }
  }

  void add(const CsvRequest& recorded) {
    ListedRequest request{
        .context = recorded.context, .generate = recorded.generate, .due = times_.due(recorded.at)};
    if (recorded.session.empty()) {
      request.user = users_.number_of(fmt::format("row {}", without_session_));
      without_session_ = (without_session_ + 1) % kUsersWithoutSession;
    } else {
      const std::string session(recorded.session);
      request.user = users_.number_of("session " + session);
      request.conversation = sessions_.number_of(session) + 1;
      turns_.resize(sessions_.size());
      request.turn = ++turns_.at(request.conversation - 1);
    }
    list_.requests.push_back(request);
  }

  const CsvFormat& format_;
  std::optional<std::uint64_t> most_;
  RequestList list_;
  DueTimes times_;
  Numbering<std::string> users_;
  Numbering<std::string> sessions_;
  std::vector<std::uint32_t> turns_;  // of each session so far
  std::uint32_t without_session_ = 0;
  std::string first_fault_;
};

// The number that the whole field is.
template <typename Number>
std::optional<Number> number_in(std::string_view field) {
  Number number{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return number;
}

}  // namespace

RequestList read_csv_list(const CsvFormat& format, const std::string& path,
                          std::optional<std::uint64_t> most) {
  check(!most || *most > 0, "at least one request is asked for");
  CsvList list(format, most);
  for (const std::string& file : csv_files(path)) {
    if (list.full()) break;
    list.read_file(file);
  }
  return list.take();
}

CsvColumn csv_column(const text::CsvReader& reader, std::string_view name) {
  return {.name = name, .index = reader.column(name)};
}

std::uint32_t csv_tokens(const text::CsvRow& row, const CsvColumn& column, std::uint32_t least) {
  const auto tokens = number_in<std::uint64_t>(row.fields[column.index]);
  if (tokens && *tokens >= least && *tokens <= kMostTokens) {
    return static_cast<std::uint32_t>(*tokens);
  }
  fail_csv_field(row, column, fmt::format("a whole number of {} to {}", least, kMostTokens));
}

Duration csv_seconds(const text::CsvRow& row, const CsvColumn& column) {
  const auto seconds = number_in<double>(row.fields[column.index]);  // NaN compares with nothing
  if (seconds && *seconds >= 0 && *seconds <= to_seconds(kLongestTime)) {
    return from_seconds(*seconds);
  }
  fail_csv_field(row, column, fmt::format("seconds, 0 to {:.0f}", to_seconds(kLongestTime)));
}

void fail_csv_field(const text::CsvRow& row, const CsvColumn& column, std::string_view expected) {
  const std::string_view field = row.fields[column.index];
  text::JsonWriter found;  // escapes what a terminal would take for commands
  found.value(field.substr(0, kLongestExcerpt));
  throw Error(fmt::format("{}: expected {}, found {}{}", column.name, expected, found.text(),
                          field.size() > kLongestExcerpt ? "..." : ""));
}

}  // namespace spillway::workload
