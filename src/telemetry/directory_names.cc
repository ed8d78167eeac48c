// SPDX-License-Identifier: Apache-2.0
#include "telemetry/directory_names.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace spillway::telemetry {

std::optional<std::vector<std::string>> directory_names(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator entry(path, error);
  if (error) return std::nullopt;
  std::vector<std::string> names;
  while (entry != std::filesystem::directory_iterator()) {
    names.push_back(entry->path().filename().string());
    // A directory that goes away meanwhile ends here, with what was seen of it.
    if (entry.increment(error); error) break;
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace spillway::telemetry
