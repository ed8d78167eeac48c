// SPDX-License-Identifier: Apache-2.0
#include "record/io_timeline.h"

#include <fmt/core.h>

#include <cmath>
#include <map>

namespace spillway::record {
namespace {

std::uint64_t added(std::uint64_t before, std::uint64_t now) {
  return now > before ? now - before : 0;
}

// Three decimals, one at least: "0.0", "0.024".
std::string mebibytes(std::uint64_t bytes) {
  constexpr double kMebibyte = 1024 * 1024;
  std::string text = fmt::format("{:.3f}", static_cast<double>(bytes) / kMebibyte);
  while (text.ends_with('0') && !text.ends_with(".0")) text.pop_back();
  return text;
}

// In quotes only where the format needs them (RFC 4180); a line break would break the row for
// readers that take lines.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c == '\n' || c == '\r' ? ' ' : c;
  }
  return quoted + '"';
}

}  // namespace

std::string block_timeline_csv(const std::string& device, const std::vector<BlockSample>& samples) {
  std::string csv =
      "timestamp_utc,device,read_ios_total,write_ios_total,read_bytes_total,write_bytes_total,"
      "read_bytes_delta,write_bytes_delta,read_mib_delta,write_mib_delta,source\n";
  const BlockSample* before = nullptr;
  for (const BlockSample& now : samples) {
    if (!now.success) continue;
    const std::uint64_t read = before == nullptr ? 0 : added(before->read_bytes, now.read_bytes);
    const std::uint64_t written =
        before == nullptr ? 0 : added(before->write_bytes, now.write_bytes);
    csv += fmt::format("{},{},{},{},{},{},{},{},{},{},procfs_sys_block_stat\n", utc_text(now.taken),
                       csv_field(device), now.read_ios, now.write_ios, now.read_bytes,
                       now.write_bytes, read, written, mebibytes(read), mebibytes(written));
    before = &now;
  }
  return csv;
}

std::string process_timeline_csv(const std::vector<ProcessSample>& samples) {
  std::string csv =
      "timestamp_utc,pid,cmdline,selection_mode,read_bytes_total,write_bytes_total,"
      "read_bytes_delta,write_bytes_delta,syscr_total,syscw_total,source\n";
  std::map<std::int64_t, const ProcessCounters*> before;
  for (const ProcessSample& sample : samples) {
    if (!sample.success) continue;
    for (const ProcessCounters& now : sample.processes) {
      const ProcessCounters*& last = before.try_emplace(now.pid, &now).first->second;
      csv +=
          fmt::format("{},{},{},{},{},{},{},{},{},{},procfs_io\n", utc_text(sample.taken), now.pid,
                      csv_field(now.command_line), sample.selection, now.read_bytes,
                      now.write_bytes, added(last->read_bytes, now.read_bytes),
                      added(last->write_bytes, now.write_bytes), now.read_calls, now.write_calls);
      last = &now;
    }
  }
  return csv;
}

}  // namespace spillway::record
