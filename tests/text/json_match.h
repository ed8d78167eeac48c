// Compares JSON documents as values: the order of an object's keys does not matter.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "text/json_reader.h"

namespace spillway::text {

// Keys that hold one of these words are not compared.
using IgnoredWords = std::vector<std::string_view>;

inline bool is_ignored(std::string_view key, const IgnoredWords& words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return key.find(word) != std::string_view::npos; });
}

// Where the two differ first, and how; empty when they do not.
inline std::string json_difference(const JsonValue& ours, const JsonValue& wanted,
                                   const IgnoredWords& ignored = {}) {
  const std::string differs =
      ours.place() + " is " + ours.excerpt() + ", wanted " + wanted.excerpt();
  if (wanted.is_number() && ours.is_number()) {
    return ours.as_double() == wanted.as_double() ? "" : differs;
  }
  if (ours.type() != wanted.type()) return differs;
  if (wanted.is_string()) return ours.as_string() == wanted.as_string() ? "" : differs;
  if (wanted.is_array()) {
    if (ours.elements().size() != wanted.elements().size()) return differs;
    for (std::size_t i = 0; i < wanted.elements().size(); ++i) {
      const std::string found = json_difference(ours.elements()[i], wanted.elements()[i], ignored);
      if (!found.empty()) return found;
    }
    return "";
  }
  if (!wanted.is_object()) return ours.excerpt() == wanted.excerpt() ? "" : differs;
  for (const auto& [key, member] : ours.members()) {
    if (!is_ignored(key, ignored) && wanted.find(key) == nullptr) {
      return member.place() + " is not wanted";
    }
  }
  for (const auto& [key, member] : wanted.members()) {
    if (is_ignored(key, ignored)) continue;
    if (ours.find(key) == nullptr) return member.place() + " is missing";
    const std::string found = json_difference(ours.at(key), member, ignored);
    if (!found.empty()) return found;
  }
  return "";
}

}  // namespace spillway::text
