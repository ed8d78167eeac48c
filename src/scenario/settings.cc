// SPDX-License-Identifier: Apache-2.0
#include "scenario/settings.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

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

[[noreturn]] void refuse(const Setting& row, std::string_view text, const std::string& expected) {
  throw Error(fmt::format("--{}: expected {}, found \"{}\"", row.name, expected, text));
}

void check_range(const Setting& row, std::string_view text, double value, const char* what) {
  if (value >= row.low && value <= row.high) return;
  refuse(row, text, fmt::format("{} from {:.15g} to {:.15g}", what, row.low, row.high));
}

void check_value(const Setting& row, std::string_view text) {
  switch (row.kind) {
    case Kind::text:
    case Kind::path:
      if (text.empty()) refuse(row, text, "some text");
      return;
    case Kind::choice:
      if (std::ranges::find(row.choices, text) == row.choices.end()) {
        refuse(row, text, fmt::format("one of {}", fmt::join(row.choices, ", ")));
      }
      return;
    case Kind::flag:
      if (text != "on" && text != "off") refuse(row, text, "on or off");
      return;
    case Kind::integer: {
      const std::optional<std::uint64_t> value = parse_integer(text);
      if (!value) refuse(row, text, "a whole number");
      check_range(row, text, static_cast<double>(*value), "a whole number");
      return;
    }
    case Kind::number: {
      const std::optional<double> value = parse_number(text);
      if (!value) refuse(row, text, "a number");
      check_range(row, text, *value, "a number");
      return;
    }
    case Kind::size:
      parse_size(text, fmt::format("--{}", row.name), row.unit);
      return;
  }
}

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
  return static_cast<double>(size.count()) / static_cast<double>(row.unit.count());
}

}  // namespace

Settings::Settings(std::span<const Setting> table) : table_(table) {
  for (const Setting& row : table) {
    if (!row.initial.empty()) check_value(row, row.initial);
    entries_[row.name].text = row.initial;
  }
}

const Setting& Settings::row(std::string_view name) const {
  const auto found = std::ranges::find(table_, name, &Setting::name);
  if (found == table_.end()) throw Error(fmt::format("there is no setting \"{}\"", name));
  return *found;
}

const Settings::Entry& Settings::entry(std::string_view name) const {
  return entries_.at(row(name).name);
}

void Settings::set(std::string_view name, std::string_view text, record::Origin origin) {
  const Setting& known = row(name);
  check_value(known, text);
  entries_[known.name] = {.text = std::string(text), .origin = origin, .resolved = {}};
}

void Settings::resolve(std::string_view name, record::Value value) {
  entries_[row(name).name].resolved = std::move(value);
}

void Settings::resolve(std::string_view name, Bytes size) {
  resolve(name, size_value(row(name), size));
}

void Settings::refuse_given(std::initializer_list<std::string_view> names,
                            std::string_view why) const {
  for (const std::string_view name : names) {
    if (was_given(name)) {
      throw Error(fmt::format("--{} has no effect {}; leave it out", name, why));
    }
  }
}

bool Settings::is_set(std::string_view name) const { return !entry(name).text.empty(); }

bool Settings::was_given(std::string_view name) const {
  return entry(name).origin != record::Origin::default_;
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
