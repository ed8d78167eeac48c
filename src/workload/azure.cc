// SPDX-License-Identifier: Apache-2.0
#include "workload/azure.h"

#include <algorithm>
#include <string_view>

#include "workload/csv_list.h"

namespace spillway::workload {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_form(std::string_view text, std::string_view form) {
  return std::ranges::equal(text, form, [](char found, char wanted) {
    return wanted == '0' ? is_digit(found) : found == wanted;
  });
}

// Of digits only.
unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char digit : digits) value = 10 * value + static_cast<unsigned>(digit - '0');
  return value;
}

// Since 1970; nothing for a day that no calendar has. Years of four digits from 2000 on, so that
// sums of times fit into 64 bits of nanoseconds.
std::optional<Duration> day_of(std::string_view date) {
  const std::chrono::year_month_day day(
      std::chrono::year(static_cast<int>(number(date.substr(0, 4)))),
      std::chrono::month(number(date.substr(5, 2))), std::chrono::day(number(date.substr(8, 2))));
  const int year = static_cast<int>(day.year());
  if (!day.ok() || year < 2000 || year > 2099) return std::nullopt;
  return std::chrono::sys_days(day).time_since_epoch();
}

std::optional<Duration> time_of_day(std::string_view time) {
  const std::chrono::hours hours(number(time.substr(0, 2)));
  const std::chrono::minutes minutes(number(time.substr(3, 2)));
  const std::chrono::seconds seconds(number(time.substr(6, 2)));
  if (hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) return std::nullopt;
  return hours + minutes + seconds;
}

// Takes ".68059" from the front.
std::optional<Duration> take_fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return Duration(0);
  rest.remove_prefix(1);
  Duration place = std::chrono::seconds(1);
  Duration fraction{};
  while (!rest.empty() && is_digit(rest.front())) {
    if (place.count() == 1) return std::nullopt;  // finer than nanoseconds
    place /= 10;
    fraction += (rest.front() - '0') * place;
    rest.remove_prefix(1);
  }
  if (place == std::chrono::seconds(1)) return std::nullopt;  // no digit
  return fraction;
}

std::optional<Duration> time_stamp(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00 00:00:00";
  if (!has_form(text.substr(0, kForm.size()), kForm)) return std::nullopt;
  std::string_view rest = text.substr(kForm.size());
  const auto day = day_of(text.substr(0, 10));
  const auto time = time_of_day(text.substr(11, 8));
  const auto fraction = take_fraction(rest);
  const bool utc = rest.empty() || rest == "Z" || rest == "+00:00";
  if (!day || !time || !fraction || !utc) return std::nullopt;
  return *day + *time + *fraction;
}

CsvRowParser parser_for(const text::CsvReader& reader) {
  const CsvColumn at = csv_column(reader, "TIMESTAMP");
  const CsvColumn context = csv_column(reader, "ContextTokens");
  const CsvColumn generate = csv_column(reader, "GeneratedTokens");
  return [=](const text::CsvRow& row) {
    const auto time = time_stamp(row.fields[at.index]);
    if (!time) fail_csv_field(row, at, "a time like 2023-11-16 18:15:46.6805900");
    return CsvRequest{.at = *time,
                      .context = csv_tokens(row, context, 1),
                      .generate = csv_tokens(row, generate, 0),
                      .session = {}};
  };
}

}  // namespace

RequestList read_azure(const std::string& path, std::optional<std::uint64_t> most) {
  return read_csv_list({.name = "azure", .parser_for = parser_for}, path, most);
}

}  // namespace spillway::workload
