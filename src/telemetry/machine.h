// The machine a run was made on, as far as its figures depend on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace spillway::telemetry {

struct Machine {
  std::optional<std::string> cpu_model;
  unsigned cores = 0;  // that this process may use
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::uint64_t> memory_available_bytes;  // without swapping (MemAvailable)
  std::string kernel;
  std::optional<std::string> huge_pages;  // transparent ones: "always", "madvise" or "never"
};

Machine machine(const std::string& proc_root = "/proc", const std::string& sys_root = "/sys");

}  // namespace spillway::telemetry
