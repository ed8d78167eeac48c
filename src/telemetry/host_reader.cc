// SPDX-License-Identifier: Apache-2.0
#include "telemetry/host_reader.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "telemetry/directory_names.h"
#include "telemetry/key_values.h"
#include "telemetry/text_file.h"

namespace spillway::telemetry {
namespace {

constexpr std::uint64_t kSector = 512;  // of these counters, whatever the device's own is

// The leading numbers of a text, as many as there are places for; false when there are fewer.
bool read_numbers(std::string_view text, std::span<std::uint64_t> into) {
  for (std::uint64_t& number : into) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  return true;
}

// Columns: Documentation/block/stat.rst of the kernel.
std::optional<record::HostBlock> block_of(const std::string& device, const std::string& sys) {
  std::optional<std::string> text = read_text_file(sys + "/block/" + device + "/stat");
  if (!text) text = read_text_file(sys + "/class/block/" + device + "/stat");
  std::array<std::uint64_t, 11> columns{};
  if (!text || !read_numbers(*text, columns)) return std::nullopt;
  return record::HostBlock{.device = device,
                           .reads = columns[0],
                           .read_bytes = columns[2] * kSector,
                           .read_ms = columns[3],
                           .writes = columns[4],
                           .write_bytes = columns[6] * kSector,
                           .write_ms = columns[7],
                           .in_flight = columns[8],
                           .busy_ms = columns[9],
                           .queue_ms = columns[10]};
}

std::optional<std::vector<record::HostBlock>> blocks(const std::string& device,
                                                     const std::string& sys) {
  const auto names =
      device.empty() ? directory_names(sys + "/block") : std::optional(std::vector{device});
  if (!names) return std::nullopt;
  std::vector<record::HostBlock> found;
  for (const std::string& name : *names) {
    std::optional<record::HostBlock> block = block_of(name, sys);
    if (block) found.push_back(*std::move(block));
  }
  if (found.empty()) return std::nullopt;
  return found;
}

// `behind` stands between a name and its value.
record::HostSample::Figures figures_of(const std::string& path,
                                       std::span<const std::string_view> names, char behind) {
  record::HostSample::Figures figures;
  const std::string text = read_text_file(path).value_or("");
  for (const std::string_view name : names) {
    const std::optional<std::uint64_t> value = find_number(text, std::string(name) + behind);
    if (value) figures.emplace(name, *value);
  }
  return figures;
}

template <typename Number>
std::optional<Number> number_behind(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + key.size());
  Number number{};
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

// "avg10=0.12 avg60=0.05 avg300=0.01 total=1234"
record::PressureLine pressure_line(std::string_view line) {
  return {.avg10_percent = number_behind<double>(line, "avg10="),
          .total_us = number_behind<std::uint64_t>(line, "total=")};
}

record::Pressure pressure_of(const std::string& path) {
  const std::string text = read_text_file(path).value_or("");
  return {.some = pressure_line(find_value(text, "some ")),
          .full = pressure_line(find_value(text, "full "))};
}

std::optional<std::uint64_t> whole_number(const std::string& path) {
  std::array<std::uint64_t, 1> number{};
  const std::optional<std::string> text = read_text_file(path);
  if (!text || !read_numbers(*text, number)) return std::nullopt;
  return number[0];
}

record::GpuFigures gpu_figures(const std::string& library) {
  const std::optional<GpuMemory> memory = gpu_memory(library);
  if (!memory) return {};
  return {.memory_bytes = memory->total_bytes, .memory_used_bytes = memory->used_bytes};
}

}  // namespace

HostReader::HostReader(const HostReaderOptions& options)
    : options_(options), proc_(options.root + "/proc"), sys_(options.root + "/sys") {
  if (!options.pattern.empty()) scan_ = std::make_unique<ProcessScan>(options.pattern, proc_);
}

record::CpuShares HostReader::shares_between(const CpuTicks& before, const CpuTicks& after) {
  const auto sum = [](const CpuTicks& ticks) {
    return std::accumulate(ticks.begin(), ticks.end(), std::uint64_t{0});
  };
  if (sum(after) <= sum(before)) return {};
  const auto total = static_cast<double>(sum(after) - sum(before));
  // The kernel's iowait may fall: then nothing is known of it.
  const auto share = [&](std::uint64_t later, std::uint64_t earlier) -> std::optional<double> {
    if (later < earlier) return std::nullopt;
    return static_cast<double>(later - earlier) / total;
  };
  const auto user = [](const CpuTicks& ticks) { return ticks[0] + ticks[1]; };
  const auto system = [](const CpuTicks& ticks) { return ticks[2] + ticks[5] + ticks[6]; };
  return {.user = share(user(after), user(before)),
          .system = share(system(after), system(before)),
          .iowait = share(after[4], before[4])};
}

record::CpuShares HostReader::cpu_shares() {
  const std::string text = read_text_file(proc_ + "/stat").value_or("");
  CpuTicks ticks{};
  if (!read_numbers(find_value(text, "cpu "), ticks)) {
    ticks_.reset();
    return {};
  }
  const std::optional<CpuTicks> before = std::exchange(ticks_, ticks);
  return before ? shares_between(*before, ticks) : record::CpuShares{};
}

record::GroupFigures HostReader::group_figures() const {
  if (!options_.group_of) return {};
  const std::string root = sys_ + "/fs/cgroup";
  const record::CgroupIo io = cgroup_io(*options_.group_of, proc_, root);
  if (!io.available) return {};
  return {.read_bytes = io.read_bytes,
          .write_bytes = io.write_bytes,
          .memory_bytes = whole_number(root + io.path + "/memory.current")};
}

record::HostSample HostReader::read(UtcTime now) {
  record::HostSample sample;
  sample.taken = now;
  sample.block = blocks(options_.device, sys_);
  sample.cpu = cpu_shares();
  sample.memory_kib = figures_of(proc_ + "/meminfo", record::kHostMemory, ':');
  sample.paging = figures_of(proc_ + "/vmstat", record::kHostPaging, ' ');
  for (std::size_t i = 0; i < record::kHostPressure.size(); ++i) {
    sample.pressure.at(i) =
        pressure_of(proc_ + "/pressure/" + std::string(record::kHostPressure.at(i)));
  }
  sample.group = group_figures();
  sample.gpu = gpu_figures(options_.gpu_library);
  if (!scan_) return sample;
  record::ProcessSample processes = scan_->sample(now, 0);
  if (processes.success) sample.processes = std::move(processes.processes);
  return sample;
}

}  // namespace spillway::telemetry
