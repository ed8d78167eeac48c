// Which process of this machine a container runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "telemetry/command_runner.h"

namespace spillway::telemetry {

// The container's first process, by `docker inspect`; nothing when there is no such container, when
// it does not run, or without the tool.
std::optional<std::int64_t> container_process(const RunCommand& run, const std::string& container);

}  // namespace spillway::telemetry
