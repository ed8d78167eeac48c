// SPDX-License-Identifier: Apache-2.0
#include "telemetry/container.h"

#include <charconv>
#include <system_error>

namespace spillway::telemetry {

std::optional<std::int64_t> container_process(const RunCommand& run, const std::string& container) {
  if (container.empty() || container.starts_with('-')) return std::nullopt;  // no name of one
  const CommandAnswer answer = run({"docker", "inspect", "-f", "{{.State.Pid}}", container});
  if (!answer.success) return std::nullopt;
  std::int64_t pid = 0;
  const char* const end = answer.out.data() + answer.out.size();
  const auto [stop, error] = std::from_chars(answer.out.data(), end, pid);
  const bool whole = stop == end || *stop == '\n';
  // A container that does not run has the process 0.
  if (error != std::errc() || !whole || pid <= 0) return std::nullopt;
  return pid;
}

}  // namespace spillway::telemetry
