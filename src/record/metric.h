// What every reported number means: name, unit, formula, where it comes from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace spillway::record {

// One row of docs/metrics.md. `name` is the path of the key in record.json, where a part may be one
// of several names, "{read,write}", or any name, "*".
struct Metric {
  std::string_view name;
  std::string_view unit;    // "" for text, a flag or a pure number's absence of unit
  std::string_view text;    // what it is and its formula
  std::string_view source;  // who measures it
};

std::span<const Metric> metrics();

// The row that defines the key of this path ("tiers.cpu.read.bytes"), or null.
const Metric* find_metric(std::string_view path);

}  // namespace spillway::record
