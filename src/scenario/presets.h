// Presets: settings that belong together, under a name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "scenario/settings.h"

namespace spillway::scenario {

struct PresetValue {
  std::string_view setting;
  std::string_view text;  // as it would be typed
};

struct Preset {
  std::string_view name;
  std::string_view purpose;  // one line
  std::vector<PresetValue> values;
  std::string_view note;  // for whoever runs it: what to run beside it; most have none
};

// In the order in which they are listed.
std::span<const Preset> presets();
// The preset of this name, or null.
const Preset* find_preset(std::string_view name);

// Sets all values with Origin::preset. Throws Error for a name that there is not, and for settings
// that the table does not have.
void apply_preset(std::string_view name, Settings& settings);

}  // namespace spillway::scenario
