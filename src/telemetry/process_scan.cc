// SPDX-License-Identifier: Apache-2.0
#include "telemetry/process_scan.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <regex>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "telemetry/directory_names.h"
#include "telemetry/key_values.h"
#include "telemetry/text_file.h"

namespace spillway::telemetry {
namespace {

namespace fs = std::filesystem;

using record::ProcessCounters;

template <typename Number>
std::optional<Number> number_in(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Its words end with zero bytes. It may be as long as the kernel allows, which no expression is to
// look through.
std::string command_line(const std::string& directory) {
  constexpr std::size_t kLongest = 4096;
  std::string text = read_text_file(directory + "/cmdline").value_or("").substr(0, kLongest);
  std::ranges::replace(text, '\0', ' ');
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::optional<ProcessCounters> counters_of(const std::string& directory, std::int64_t pid) {
  const std::optional<std::string> text = read_text_file(directory + "/io");
  if (!text) return std::nullopt;
  const auto read = find_number(*text, "read_bytes:");
  const auto written = find_number(*text, "write_bytes:");
  if (!read || !written) return std::nullopt;
  ProcessCounters counters;
  counters.pid = pid;
  counters.command_line = command_line(directory);
  counters.read_bytes = *read;
  counters.write_bytes = *written;
  counters.read_calls = find_number(*text, "syscr:").value_or(0);
  counters.write_calls = find_number(*text, "syscw:").value_or(0);
  return counters;
}

bool is_direct(const std::string& fdinfo) {
  const std::optional<std::string> text = read_text_file(fdinfo);
  if (!text) return false;
  constexpr int kOctal = 8;
  const auto flags = number_in<unsigned>(find_value(*text, "flags:"), kOctal);
  return flags && (*flags & static_cast<unsigned>(O_DIRECT)) != 0;
}

void add_open_files(const std::string& process, std::int64_t pid, const std::string& directory,
                    record::OpenFilesSample& sample) {
  const std::string below = directory.ends_with('/') ? directory : directory + "/";
  const auto descriptors = directory_names(process + "/fd");
  if (!descriptors) return;
  sample.success = true;
  for (const std::string& descriptor : *descriptors) {
    std::error_code closed;  // meanwhile
    const std::string target = fs::read_symlink(process + "/fd/" + descriptor, closed);
    if (closed || !target.starts_with(below)) continue;
    sample.files.push_back(
        {.pid = pid, .path = target, .direct = is_direct(process + "/fdinfo/" + descriptor)});
  }
}

// "0::/path" of version 2; "4:blkio:/path" of version 1.
std::string group_path(const std::string& lines, std::string_view controller) {
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string_view controllers = line.substr(first + 1, second - first - 1);
    const bool wanted = controller.empty() ? line.starts_with("0::")
                                           : controllers.find(controller) != std::string_view::npos;
    if (wanted) return std::string(line.substr(second + 1));
  }
  return "";
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t first = line.find_first_not_of(' ');
    if (first == std::string_view::npos) return words;
    line.remove_prefix(first);
    const std::string_view word = line.substr(0, line.find(' '));
    words.push_back(word);
    line.remove_prefix(word.size());
  }
}

template <typename Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    use(words_of(line));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

std::uint64_t value_of(std::string_view word, std::string_view key) {
  if (!word.starts_with(key)) return 0;
  return number_in<std::uint64_t>(word.substr(key.size())).value_or(0);
}

void add_device(record::CgroupIo& cgroup, const record::CgroupDevice& device) {
  cgroup.read_bytes += device.read_bytes;
  cgroup.write_bytes += device.write_bytes;
  const auto found =
      std::ranges::find(cgroup.devices, device.device, &record::CgroupDevice::device);
  if (found == cgroup.devices.end()) {
    cgroup.devices.push_back(device);
    return;
  }
  found->read_bytes += device.read_bytes;
  found->write_bytes += device.write_bytes;
}

// "259:0 rbytes=1 wbytes=2 rios=3 ..."
void take_io_stat(std::string_view text, record::CgroupIo& cgroup) {
  for_each_line(text, [&](const std::vector<std::string_view>& words) {
    if (words.empty()) return;
    record::CgroupDevice device;
    device.device = words.front();
    for (const std::string_view word : words) {
      device.read_bytes += value_of(word, "rbytes=");
      device.write_bytes += value_of(word, "wbytes=");
    }
    add_device(cgroup, device);
  });
}

// "259:0 Read 1"; the last line, "Total 3", has two words.
void take_blkio(std::string_view text, record::CgroupIo& cgroup) {
  for_each_line(text, [&](const std::vector<std::string_view>& words) {
    if (words.size() != 3) return;
    const std::uint64_t bytes = number_in<std::uint64_t>(words[2]).value_or(0);
    record::CgroupDevice device;
    device.device = words[0];
    if (words[1] == "Read") device.read_bytes = bytes;
    if (words[1] == "Write") device.write_bytes = bytes;
    if (words[1] == "Read" || words[1] == "Write") add_device(cgroup, device);
  });
}

bool take_version_2(const std::string& groups, const std::string& root, record::CgroupIo& cgroup) {
  const std::string path = group_path(groups, "");
  const auto text = path.empty() ? std::nullopt : read_text_file(root + path + "/io.stat");
  if (!text) return false;
  cgroup.path = path;
  cgroup.source = "cgroup_v2_io_stat";
  take_io_stat(*text, cgroup);
  return true;
}

bool take_version_1(const std::string& groups, const std::string& root, record::CgroupIo& cgroup) {
  const std::string path = group_path(groups, "blkio");
  if (path.empty()) return false;
  for (const std::string_view file :
       {"blkio.throttle.io_service_bytes", "blkio.io_service_bytes"}) {
    const auto text = read_text_file(fmt::format("{}/blkio{}/{}", root, path, file));
    if (!text) continue;
    cgroup.path = path;
    cgroup.source = fmt::format("cgroup_{}", file);
    take_blkio(*text, cgroup);
    return true;
  }
  return false;
}

}  // namespace

struct ProcessScan::Pattern {
  std::regex expression;
};

ProcessScan::ProcessScan(const std::string& pattern, std::string proc_root)
    : text_(pattern), proc_root_(std::move(proc_root)) {
  try {
    pattern_ = std::make_unique<Pattern>(Pattern{std::regex(pattern)});
  } catch (const std::regex_error& error) {
    throw Error(
        fmt::format("read the pattern of processes \"{}\": {}; give a regular expression, "
                    "such as dynamo\\.trtllm",
                    pattern, error.what()));
  }
}

ProcessScan::~ProcessScan() = default;

std::vector<ProcessCounters> ProcessScan::all() const {
  std::vector<ProcessCounters> found;
  const std::int64_t own = ::getpid();
  for (const std::string& name : directory_names(proc_root_).value_or(std::vector<std::string>())) {
    const auto pid = number_in<std::int64_t>(name);
    if (!pid || *pid == own) continue;
    std::optional<ProcessCounters> counters =
        counters_of(fmt::format("{}/{}", proc_root_, name), *pid);
    if (counters) found.push_back(*std::move(counters));
  }
  std::ranges::sort(found, {}, &ProcessCounters::pid);
  return found;
}

std::vector<ProcessCounters> ProcessScan::matching(std::vector<ProcessCounters> processes) const {
  std::erase_if(processes, [&](const ProcessCounters& one) {
    return text_.empty() || !std::regex_search(one.command_line, pattern_->expression);
  });
  return processes;
}

record::ProcessSample ProcessScan::sample(UtcTime now, std::size_t fallback) const {
  record::ProcessSample sample;
  sample.taken = now;
  std::vector<ProcessCounters> processes = all();
  sample.processes = matching(processes);
  sample.selection = "pattern_match";
  if (sample.processes.empty()) {
    sample.selection = "top_fallback";
    std::ranges::sort(processes, [](const ProcessCounters& a, const ProcessCounters& b) {
      return a.read_bytes + a.write_bytes > b.read_bytes + b.write_bytes;
    });
    processes.resize(std::min(processes.size(), fallback));
    sample.processes = std::move(processes);
  }
  sample.success = !sample.processes.empty();
  return sample;
}

record::WorkerIo ProcessScan::worker_io(UtcTime now, std::optional<std::int64_t> group_of,
                                        const std::string& cgroup_root) const {
  record::WorkerIo reading;
  reading.taken = now;
  reading.pattern = text_;
  reading.processes = matching(all());
  if (reading.processes.empty()) {
    reading.errors.push_back(fmt::format("no process matches \"{}\" and shows its I/O", text_));
  } else if (!group_of) {
    group_of = reading.processes.front().pid;
  }
  if (group_of) {
    reading.cgroup = cgroup_io(*group_of, proc_root_, cgroup_root);
  } else {
    reading.cgroup.error = "no process whose control group could be read";
  }
  return reading;
}

record::OpenFilesSample ProcessScan::open_files(UtcTime now, std::span<const std::int64_t> pids,
                                                const std::string& directory) const {
  record::OpenFilesSample sample;
  sample.taken = now;
  if (directory.empty()) return sample;
  for (const std::int64_t pid : pids) {
    add_open_files(fmt::format("{}/{}", proc_root_, pid), pid, directory, sample);
  }
  return sample;
}

record::CgroupIo cgroup_io(std::int64_t pid, const std::string& proc_root,
                           const std::string& cgroup_root) {
  record::CgroupIo cgroup;
  cgroup.pid = pid;
  const std::string path = fmt::format("{}/{}/cgroup", proc_root, pid);
  const std::optional<std::string> groups = read_text_file(path);
  if (!groups) {
    cgroup.error = fmt::format("read {}: it cannot be read", path);
    return cgroup;
  }
  cgroup.available =
      take_version_2(*groups, cgroup_root, cgroup) || take_version_1(*groups, cgroup_root, cgroup);
  if (!cgroup.available) {
    cgroup.error = fmt::format("below {} there is no io.stat of this group", cgroup_root);
  }
  return cgroup;
}

}  // namespace spillway::telemetry
