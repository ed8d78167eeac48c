// SPDX-License-Identifier: Apache-2.0
#include "scenario/environment_variables.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <limits>
#include <vector>

#include "scenario/faults.h"

namespace spillway::scenario {
namespace {

constexpr std::string_view kPrefix = "SPILLWAY_";

// Letters to insert, leave out or exchange (Levenshtein, 1966), one row of the matrix at a time.
std::size_t edits_between(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t exchanged = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({exchanged, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

std::string nearest(std::string_view variable, const Settings& settings) {
  std::string best;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  for (const Setting& row : settings.table()) {
    const std::string known = variable_of(row.name);
    const std::size_t edits = edits_between(variable, known);
    if (edits >= fewest) continue;
    fewest = edits;
    best = known;
  }
  return best;
}

}  // namespace

EnvironmentVariables process_environment() {
  EnvironmentVariables variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::string variable_of(std::string_view setting) {
  std::string name(kPrefix);
  for (const char c : setting) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

void apply_environment(const EnvironmentVariables& variables, Settings& settings) {
  std::map<std::string, std::string_view> known;
  for (const Setting& row : settings.table()) known.emplace(variable_of(row.name), row.name);
  Faults faults;
  for (const auto& [name, text] : variables) {
    if (!name.starts_with(kPrefix)) continue;
    const auto found = known.find(name);
    if (found == known.end()) {
      faults.add(
          fmt::format("{}: names no setting; the nearest is {}", name, nearest(name, settings)));
      continue;
    }
    faults.attempt([&] { settings.set(found->second, text, record::Origin::environment, name); });
  }
  faults.raise();
}

}  // namespace spillway::scenario
