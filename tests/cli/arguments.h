// Arguments of a program that tests put together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace spillway::cli {

using Arguments = std::vector<std::string>;

// A flag that is there already is given its new value.
inline Arguments combine(Arguments all, const Arguments& more) {
  for (std::size_t i = 0; i < more.size(); ++i) {
    const bool has_value = i + 1 < more.size() && !more[i + 1].starts_with("--");
    const auto found = std::ranges::find(all, more[i]);
    if (found == all.end()) {
      all.push_back(more[i]);
      if (has_value) all.push_back(more[i + 1]);
    } else if (has_value) {
      *(found + 1) = more[i + 1];
    }
    if (has_value) ++i;
  }
  return all;
}

}  // namespace spillway::cli
