// SPDX-License-Identifier: Apache-2.0
#include "core/utc_time.h"

#include <fmt/core.h>

#include <cstddef>

namespace spillway {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes what is expected from the front; after the first thing that is not there it takes nothing.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }
  bool is_next(char c) const { return rest_.starts_with(c); }

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_.empty() || !is_digit(rest_.front())) {
        good_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  void one_of(std::string_view accepted) {
    if (rest_.empty() || accepted.find(rest_.front()) == std::string_view::npos) {
      good_ = false;
      return;
    }
    rest_.remove_prefix(1);
  }

  bool take(char c) {
    if (!is_next(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  microseconds fraction() {
    microseconds value{0};
    std::int64_t unit = 100'000;
    std::size_t digits = 0;
    for (; !rest_.empty() && is_digit(rest_.front()); ++digits, unit /= 10) {
      value += microseconds((rest_.front() - '0') * unit);
      rest_.remove_prefix(1);
    }
    good_ = good_ && digits > 0;
    return value;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

microseconds time_of_day(Scanner& scanner) {
  const int hour = scanner.number(2);
  scanner.one_of(":");
  const int minute = scanner.number(2);
  int second = 0;
  microseconds fraction{0};
  if (scanner.take(':')) {
    second = scanner.number(2);
    if (scanner.take('.')) fraction = scanner.fraction();
  }
  if (hour > 23 || minute > 59 || second > 59) scanner.one_of("");
  return hours(hour) + minutes(minute) + seconds(second) + fraction;
}

microseconds offset_from_utc(Scanner& scanner) {
  if (scanner.at_end() || scanner.take('Z')) return microseconds(0);
  const bool west = scanner.is_next('-');
  scanner.one_of("+-");
  const int hour = scanner.number(2);
  scanner.take(':');
  const int minute = scanner.number(2);
  const microseconds offset = hours(hour) + minutes(minute);
  return west ? -offset : offset;
}

std::string text_of(UtcTime time, bool with_milliseconds) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<milliseconds>(time) - day);
  const bool is_whole = clock.subseconds() == milliseconds(0);
  const std::string second =
      with_milliseconds && !is_whole
          ? fmt::format("{:02}.{:03}", clock.seconds().count(), clock.subseconds().count())
          : fmt::format("{:02}", clock.seconds().count());
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{}+00:00", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), second);
}

}  // namespace

UtcTime utc_now() {
  return std::chrono::floor<UtcTime::duration>(std::chrono::system_clock::now());
}

std::optional<UtcTime> parse_utc(std::string_view text) {
  Scanner scanner(text);
  const int year = scanner.number(4);
  scanner.one_of("-");
  const int month = scanner.number(2);
  scanner.one_of("-");
  const int day = scanner.number(2);
  scanner.one_of("T ");
  const microseconds clock = time_of_day(scanner);
  const microseconds offset = offset_from_utc(scanner);
  const std::chrono::year_month_day date(std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day)));
  if (!scanner.good() || !scanner.at_end() || !date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + clock - offset;
}

std::string utc_text(UtcTime time) { return text_of(time, true); }
std::string utc_text_in_seconds(UtcTime time) { return text_of(time, false); }

std::string utc_token(UtcTime time) {
  std::string token = text_of(time, false);
  token.resize(token.find('+'));
  std::erase_if(token, [](char c) { return c == '-' || c == ':'; });
  return token + "Z";
}

}  // namespace spillway
