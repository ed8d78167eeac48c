// SPDX-License-Identifier: Apache-2.0
#include "scenario/settings.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::scenario {
namespace {

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, number);
  if (error != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> parse_integer(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

bool is_separator(char c) { return c == '-' || c == ',' || c == ':'; }

// Any separator; the first number takes what it can, so "1e-3-5" is a range too.
std::optional<Range> parse_range(std::string_view text) {
  double low = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, low);
  if (error != std::errc() || stop == end || !is_separator(*stop)) return std::nullopt;
  const std::optional<double> high = parse_number({std::next(stop), end});
  if (!high || !std::isfinite(low) || low > *high) return std::nullopt;
  return Range{.low = low, .high = *high};
}

// One value on its way into the table: what was typed, and what it is called in messages.
class Candidate {
 public:
  Candidate(const Setting& row, std::string_view text, std::string_view spelling)
      : row_(row), text_(text), spelling_(spelling) {}

  // Throws Error when the row does not accept the text.
  void check() const {
    switch (row_.kind) {
      case Kind::text:
      case Kind::path:
      case Kind::list:
        if (text_.empty()) refuse("some text");
        return;
      case Kind::choice:
        if (std::ranges::find(row_.choices, text_) == row_.choices.end()) {
          refuse(fmt::format("one of {}", fmt::join(row_.choices, ", ")));
        }
        return;
      case Kind::flag:
        if (text_ != "on" && text_ != "off") refuse("on or off");
        return;
      case Kind::integer:
        check_number(parse_integer(text_), "a whole number");
        return;
      case Kind::number:
        check_number(parse_number(text_), "a number");
        return;
      case Kind::range:
        check_ends();
        return;
      case Kind::size:
        parse_size(text_, spelling_, row_.unit);
        return;
    }
  }

 private:
  [[noreturn]] void refuse(const std::string& expected) const {
    throw Error(fmt::format("{}: expected {}, found \"{}\"", spelling_, expected, text_));
  }

  std::string within(const char* what) const {
    return fmt::format("{} from {:.15g} to {:.15g}", what, row_.low, row_.high);
  }

  template <typename T>
  void check_number(const std::optional<T>& value, const char* what) const {
    if (!value) refuse(what);
    const auto number = static_cast<double>(*value);
    if (number < row_.low || number > row_.high) refuse(within(what));
  }

  void check_ends() const {
    const std::optional<Range> value = parse_range(text_);
    if (!value) refuse("two numbers low-high, low first");
    if (value->low < row_.low || value->high > row_.high) refuse(within("low-high"));
  }

  const Setting& row_;
  std::string_view text_;
  std::string_view spelling_;
};

std::string flag_of(const Setting& row) { return fmt::format("--{}", row.name); }

// A text that set() accepted parses again.
template <typename T>
T checked(const std::optional<T>& parsed) {
  check(parsed.has_value(), "a setting is checked when it is set");
  return parsed.value_or(T());
}

// In the unit that a bare number of this setting has, so that name and value agree: GiB, bytes.
record::Value size_value(const Setting& row, Bytes size) {
  if (size == kUnlimited) return std::string("unlimited");
  if (row.unit == Bytes(1)) return static_cast<std::int64_t>(size.count());
  const double units = static_cast<double>(size.count()) / static_cast<double>(row.unit.count());
  return std::stod(fmt::format("{:.9g}", units));  // 1.6 as it was typed, not 1.599999999627471
}

}  // namespace

Settings::Settings(std::span<const Setting> table, std::string_view section)
    : table_(table), section_(section) {
  for (const Setting& row : table) {
    if (!row.initial.empty()) Candidate(row, row.initial, flag_of(row)).check();
    entries_[row.name].text = row.initial;
  }
}

const Setting* Settings::find(std::string_view name) const {
  const auto found = std::ranges::find(table_, name, &Setting::name);
  return found == table_.end() ? nullptr : std::to_address(found);
}

const Setting& Settings::row(std::string_view name) const {
  const Setting* const found = find(name);
  if (found == nullptr) throw Error(fmt::format("there is no setting \"{}\"", name));
  return *found;
}

const Settings::Entry& Settings::entry(std::string_view name) const {
  return entries_.at(row(name).name);
}

void Settings::set(std::string_view name, std::string_view text, record::Origin origin,
                   std::string_view spelling) {
  const Setting& known = row(name);
  std::string called = spelling.empty() ? flag_of(known) : std::string(spelling);
  Candidate(known, text, called).check();
  entries_[known.name] = {
      .text = std::string(text), .origin = origin, .spelling = std::move(called), .resolved = {}};
}

void Settings::resolve(std::string_view name, record::Value value) {
  entries_[row(name).name].resolved = std::move(value);
}

void Settings::resolve(std::string_view name, Bytes size) {
  resolve(name, size_value(row(name), size));
}

void Settings::excuse(std::string_view name) { entries_.at(row(name).name).excused = true; }

void Settings::refuse_given(std::initializer_list<std::string_view> names,
                            std::string_view why) const {
  for (const std::string_view name : names) {
    if (was_given(name) && !entry(name).excused) {
      throw Error(fmt::format("{} has no effect {}; leave it out", spelling(name), why));
    }
  }
}

bool Settings::is_set(std::string_view name) const { return !entry(name).text.empty(); }

bool Settings::was_given(std::string_view name) const {
  return entry(name).origin != record::Origin::default_;
}

std::string Settings::spelling(std::string_view name) const {
  const std::string& called = entry(name).spelling;
  return called.empty() ? flag_of(row(name)) : called;
}

const std::string& Settings::text(std::string_view name) const { return entry(name).text; }

std::uint64_t Settings::integer(std::string_view name) const {
  return checked(parse_integer(text(name)));
}

double Settings::number(std::string_view name) const { return checked(parse_number(text(name))); }

Bytes Settings::size(std::string_view name) const {
  return parse_size(text(name), name, row(name).unit);
}

bool Settings::flag(std::string_view name) const { return text(name) == "on"; }

Range Settings::range(std::string_view name) const { return checked(parse_range(text(name))); }

std::vector<std::string> Settings::list(std::string_view name) const {
  std::vector<std::string> items;
  std::string_view rest = text(name);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    items.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return items;
}

Duration Settings::seconds(std::string_view name) const { return from_seconds(number(name)); }
Duration Settings::milliseconds(std::string_view name) const {
  return from_seconds(number(name) / 1e3);
}
Duration Settings::microseconds(std::string_view name) const {
  return from_seconds(number(name) / 1e6);
}

// What is not set is recorded as null.
record::Value Settings::value_of(const Setting& row, const Entry& entry) const {
  if (entry.text.empty()) return {};
  switch (row.kind) {
    case Kind::integer:
      return static_cast<std::int64_t>(checked(parse_integer(entry.text)));
    case Kind::number:
      return checked(parse_number(entry.text));
    case Kind::flag:
      return entry.text == "on";
    case Kind::size:
      return size_value(row, parse_size(entry.text, row.name, row.unit));
    default:
      return entry.text;
  }
}

std::vector<record::Setting> Settings::effective() const {
  std::vector<record::Setting> all;
  for (const Setting& row : table_) {
    const Entry& entry = entries_.at(row.name);
    record::Setting one{.name = std::string(row.name),
                        .value = value_of(row, entry),
                        .origin = entry.origin,
                        .asked = {}};
    if (!std::holds_alternative<std::monostate>(entry.resolved)) {
      one.asked = one.value;
      one.value = entry.resolved;
      one.origin = record::Origin::resolved;
    }
    all.push_back(std::move(one));
  }
  return all;
}

}  // namespace spillway::scenario
