// Settings: what can be set for a run, what was set, and by whom.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"
#include "record/run.h"

namespace spillway::scenario {

enum class Kind : std::uint8_t {
  text,     // any
  path,     // of a file or directory
  choice,   // one of `choices`
  integer,  // whole, within [low, high]
  number,   // within [low, high]
  size,     // bytes; a bare number counts `unit`s
  flag,     // on or off; on the command line without a value
  range,    // "low-high", "low,high" or "low:high" within [low, high], low first
  list,     // any texts; on the command line one a flag, which is repeated
};

// One row of a table of settings. The table makes the flags, the help and the record.
struct Setting {
  std::string_view name;  // as on the command line, without dashes in front
  Kind kind;
  std::string_view initial;  // as it would be typed; "" = not set
  std::string_view group;    // heading in the help
  std::string_view help;     // one sentence; units and the meaning of 0
  double low = 0;
  double high = 0;
  std::vector<std::string_view> choices = {};
  Bytes unit = Bytes(1);
  bool in_help = true;  // false: rarely set, most often in a file; listed by --help-all only
  std::string_view alias = {};  // another name on the command line
};

// Both ends belong to it.
struct Range {
  double low = 0;
  double high = 0;
  friend bool operator==(const Range&, const Range&) = default;
};

// Values of one table. Every value is checked as it is set; an Error names the flag, the value and
// what is accepted. Whoever speaks last wins, so callers set the weakest origin first
// (load_settings.h does).
class Settings {
 public:
  // `section`: the key of a config file below which they stand.
  explicit Settings(std::span<const Setting> table, std::string_view section = "bench");

  // `spelling` is how the setting was called by who gave it, for messages; "--name" when empty.
  void set(std::string_view name, std::string_view text, record::Origin origin,
           std::string_view spelling = {});
  // What a value turned out to be, kept beside what was asked: "0" became 95 % of the free space.
  void resolve(std::string_view name, record::Value value);
  void resolve(std::string_view name, Bytes size);

  // It was given among many, for whatever run they fit: refuse_given() passes it over until
  // somebody else sets it.
  void excuse(std::string_view name);
  // Throws Error when somebody gave one of these, which would do nothing ("with --trace").
  void refuse_given(std::initializer_list<std::string_view> names, std::string_view why) const;

  bool is_set(std::string_view name) const;     // has a value at all
  bool was_given(std::string_view name) const;  // by a person or a preset, not by the table
  // How a setting was called by who gave it: "--seed", "SPILLWAY_SEED", "bench.yaml:3: bench.seed".
  std::string spelling(std::string_view name) const;
  const std::string& text(std::string_view name) const;
  std::uint64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  Bytes size(std::string_view name) const;
  bool flag(std::string_view name) const;
  Range range(std::string_view name) const;
  std::vector<std::string> list(std::string_view name) const;  // its lines
  Duration seconds(std::string_view name) const;               // a number of seconds
  Duration milliseconds(std::string_view name) const;          // a number of milliseconds
  Duration microseconds(std::string_view name) const;          // a number of microseconds

  std::span<const Setting> table() const { return table_; }
  std::string_view section() const { return section_; }
  // The row of this name, or null.
  const Setting* find(std::string_view name) const;
  // Every setting with its value and origin, in the order of the table, for the record.
  std::vector<record::Setting> effective() const;

 private:
  struct Entry {
    std::string text;
    record::Origin origin = record::Origin::default_;
    std::string spelling;
    record::Value resolved;
    bool excused = false;
  };
  const Setting& row(std::string_view name) const;
  const Entry& entry(std::string_view name) const;
  record::Value value_of(const Setting& row, const Entry& entry) const;

  std::span<const Setting> table_;
  std::string_view section_;
  std::map<std::string_view, Entry> entries_;
};

}  // namespace spillway::scenario
