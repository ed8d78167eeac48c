// The names in a directory of the kernel, where entries come and go while one looks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace spillway::telemetry {

// Sorted. Nothing when the directory cannot be read.
std::optional<std::vector<std::string>> directory_names(const std::string& path);

}  // namespace spillway::telemetry
