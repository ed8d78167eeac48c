// SPDX-License-Identifier: Apache-2.0
#include "telemetry/process_usage.h"

#include <sys/resource.h>

#include "telemetry/key_values.h"
#include "telemetry/text_file.h"

namespace spillway::telemetry {
namespace {

rusage own_usage() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

Duration duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

std::optional<ProcessIo> read_process_io(const std::string& proc_root) {
  const std::optional<std::string> text = read_text_file(proc_root + "/self/io");
  if (!text) return std::nullopt;
  const std::optional<std::uint64_t> read = find_number(*text, "read_bytes:");
  const std::optional<std::uint64_t> written = find_number(*text, "write_bytes:");
  if (!read || !written) return std::nullopt;
  return ProcessIo{.read_bytes = *read, .write_bytes = *written};
}

Duration process_cpu_time() {
  const rusage usage = own_usage();
  return duration_of(usage.ru_utime) + duration_of(usage.ru_stime);
}

std::uint64_t process_peak_memory_bytes() {
  return static_cast<std::uint64_t>(own_usage().ru_maxrss) * 1024;
}

}  // namespace spillway::telemetry
