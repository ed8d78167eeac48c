// SPDX-License-Identifier: Apache-2.0
#include "telemetry/gpu.h"

#include <dlfcn.h>

#include <memory>

namespace spillway::telemetry {
namespace {

constexpr int kNvmlSuccess = 0;

// nvmlMemory_t.
struct NvmlMemory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

struct CloseLibrary {
  void operator()(void* library) const { ::dlclose(library); }
};

template <typename Function>
Function* find(void* library, const char* name) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dlsym is for.
  return reinterpret_cast<Function*>(::dlsym(library, name));
}

}  // namespace

// The library has structures of its own names, which the sanitizer takes for other functions.
__attribute__((no_sanitize("function"))) std::optional<GpuMemory> gpu_memory(
    const std::string& library) {
  const std::unique_ptr<void, CloseLibrary> nvml(::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!nvml) return std::nullopt;
  auto* const begin = find<int()>(nvml.get(), "nvmlInit_v2");
  auto* const end = find<int()>(nvml.get(), "nvmlShutdown");
  auto* const device_of = find<int(unsigned, void**)>(nvml.get(), "nvmlDeviceGetHandleByIndex_v2");
  auto* const memory_of = find<int(void*, NvmlMemory*)>(nvml.get(), "nvmlDeviceGetMemoryInfo");
  if (begin == nullptr || end == nullptr || device_of == nullptr || memory_of == nullptr) {
    return std::nullopt;
  }
  if (begin() != kNvmlSuccess) return std::nullopt;
  void* device = nullptr;
  NvmlMemory memory{};
  const bool known =
      device_of(0, &device) == kNvmlSuccess && memory_of(device, &memory) == kNvmlSuccess;
  end();
  if (!known) return std::nullopt;
  return GpuMemory{.total_bytes = memory.total, .used_bytes = memory.used};
}

std::optional<std::uint64_t> gpu_memory_bytes(const std::string& library) {
  const std::optional<GpuMemory> memory = gpu_memory(library);
  return memory ? std::optional(memory->total_bytes) : std::nullopt;
}

}  // namespace spillway::telemetry
