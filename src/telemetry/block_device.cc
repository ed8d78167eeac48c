// SPDX-License-Identifier: Apache-2.0
#include "telemetry/block_device.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <charconv>
#include <cstddef>
#include <filesystem>
#include <system_error>

#include "telemetry/text_file.h"

namespace spillway::telemetry {
namespace {

constexpr std::uint64_t kSector = 512;  // of these counters, whatever the device's own is

// The leading columns: reads, merges, sectors, ms; writes, merges, sectors, ms.
constexpr std::size_t kColumns = 8;

}  // namespace

BlockCounters operator-(const BlockCounters& later, const BlockCounters& earlier) {
  return {.reads = later.reads - earlier.reads,
          .read_bytes = later.read_bytes - earlier.read_bytes,
          .read_time = later.read_time - earlier.read_time,
          .writes = later.writes - earlier.writes,
          .write_bytes = later.write_bytes - earlier.write_bytes,
          .write_time = later.write_time - earlier.write_time};
}

std::optional<BlockCounters> parse_block_counters(const std::string& text) {
  std::array<std::uint64_t, kColumns> columns{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::uint64_t& column : columns) {
    while (at != end && *at == ' ') ++at;
    const auto [stop, error] = std::from_chars(at, end, column);
    if (error != std::errc()) return std::nullopt;
    at = stop;
  }
  const auto ms = [](std::uint64_t count) { return std::chrono::milliseconds(count); };
  return BlockCounters{.reads = columns[0],
                       .read_bytes = columns[2] * kSector,
                       .read_time = ms(columns[3]),
                       .writes = columns[4],
                       .write_bytes = columns[6] * kSector,
                       .write_time = ms(columns[7])};
}

std::optional<BlockCounters> read_block_counters(unsigned major, unsigned minor,
                                                 const std::string& sys_root) {
  const std::string path =
      sys_root + "/dev/block/" + std::to_string(major) + ":" + std::to_string(minor) + "/stat";
  const std::optional<std::string> text = read_text_file(path);
  return text ? parse_block_counters(*text) : std::nullopt;
}

record::BlockSample block_sample(const std::string& device, UtcTime now,
                                 const std::string& sys_root) {
  std::optional<std::string> text = read_text_file(sys_root + "/block/" + device + "/stat");
  if (!text) text = read_text_file(sys_root + "/class/block/" + device + "/stat");
  const auto counters = text ? parse_block_counters(*text) : std::nullopt;
  if (!counters) return {.taken = now};
  return {.taken = now,
          .success = true,
          .read_ios = counters->reads,
          .write_ios = counters->writes,
          .read_bytes = counters->read_bytes,
          .write_bytes = counters->write_bytes};
}

std::string device_of(const std::string& path, const std::string& sys_root) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return {};
  const std::string link =
      fmt::format("{}/dev/block/{}:{}", sys_root, major(status.st_dev), minor(status.st_dev));
  std::error_code error;
  const std::filesystem::path device = std::filesystem::canonical(link, error);
  return error ? std::string() : device.filename().string();
}

}  // namespace spillway::telemetry
