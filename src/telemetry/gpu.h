// The graphics card, as NVIDIA's management library knows it, where there is one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace spillway::telemetry {

inline constexpr const char* kNvml = "libnvidia-ml.so.1";

struct GpuMemory {
  std::uint64_t total_bytes = 0;
  std::uint64_t used_bytes = 0;
};

// Memory of the first card; nothing without a driver or a card. `library` is loaded when asked for,
// so the program does not depend on it. Calls: NVML API reference, device queries.
std::optional<GpuMemory> gpu_memory(const std::string& library = kNvml);
// All of it.
std::optional<std::uint64_t> gpu_memory_bytes(const std::string& library = kNvml);

}  // namespace spillway::telemetry
