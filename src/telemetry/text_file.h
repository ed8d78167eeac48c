// Small files of the kernel, read whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

namespace spillway::telemetry {

// The content of a file under /proc or /sys; nothing when it cannot be read: missing is not zero.
std::optional<std::string> read_text_file(const std::string& path);

}  // namespace spillway::telemetry
