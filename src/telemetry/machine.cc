// SPDX-License-Identifier: Apache-2.0
#include "telemetry/machine.h"

#include <sched.h>
#include <sys/utsname.h>

#include "telemetry/key_values.h"
#include "telemetry/text_file.h"

namespace spillway::telemetry {
namespace {

unsigned usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<unsigned>(CPU_COUNT(&set));
}

std::string kernel_release() {
  utsname names{};
  return ::uname(&names) == 0 ? std::string(static_cast<const char*>(names.release)) : "";
}

std::optional<std::uint64_t> kibibytes(const std::string& text, std::string_view key) {
  const std::optional<std::uint64_t> number = find_number(text, key);
  return number ? std::optional(*number * 1024) : std::nullopt;
}

// "always [madvise] never": the one in brackets is in force.
std::optional<std::string> huge_page_mode(const std::string& sys_root) {
  const auto text = read_text_file(sys_root + "/kernel/mm/transparent_hugepage/enabled");
  if (!text) return std::nullopt;
  const std::size_t open = text->find('[');
  const std::size_t close = text->find(']', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  return text->substr(open + 1, close - open - 1);
}

}  // namespace

Machine machine(const std::string& proc_root, const std::string& sys_root) {
  Machine found;
  found.cores = usable_cores();
  found.kernel = kernel_release();
  found.huge_pages = huge_page_mode(sys_root);
  if (const auto cpu = read_text_file(proc_root + "/cpuinfo")) {
    const std::string_view model = find_value(*cpu, "model name");
    if (!model.empty()) found.cpu_model = std::string(model);
  }
  if (const auto memory = read_text_file(proc_root + "/meminfo")) {
    found.memory_bytes = kibibytes(*memory, "MemTotal:");
    found.memory_available_bytes = kibibytes(*memory, "MemAvailable:");
  }
  return found;
}

}  // namespace spillway::telemetry
