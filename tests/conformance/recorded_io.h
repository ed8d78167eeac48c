// Recorded inputs of the I/O attribution, as our functions take them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/io_attribution.h"
#include "core/utc_time.h"
#include "text/loose_json.h"

namespace spillway::report {

inline UtcTime recorded_time(const text::JsonValue& sample,
                             std::string_view key = "timestamp_utc") {
  return parse_utc(sample.at(key).as_string()).value();
}

inline std::uint64_t recorded_count(const text::JsonValue& sample, const char* key) {
  return static_cast<std::uint64_t>(text::loose_int(sample.find(key)).value_or(0));
}

inline void add_recorded_windows(const text::JsonValue& in, analysis::IoCapture& capture) {
  for (const auto& [phase, window] : text::loose_members(in.find("phase_windows"))) {
    capture.windows.push_back({.phase = phase,
                               .start = recorded_time(window, "start"),
                               .end = recorded_time(window, "end")});
  }
}

inline void add_recorded_processes(const text::JsonValue& in, analysis::IoCapture& capture) {
  for (const text::JsonValue& one : text::loose_elements(in.find("process_samples"))) {
    record::ProcessSample sample{.taken = recorded_time(one),
                                 .success = text::loose_flag(one.find("success")),
                                 .selection = text::loose_text(one.find("selection_mode")),
                                 .processes = {}};
    for (const text::JsonValue& process : text::loose_elements(one.find("processes"))) {
      sample.processes.push_back({.pid = text::loose_int(process.find("pid")).value_or(0),
                                  .command_line = text::loose_text(process.find("cmdline")),
                                  .read_bytes = recorded_count(process, "read_bytes"),
                                  .write_bytes = recorded_count(process, "write_bytes"),
                                  .read_calls = recorded_count(process, "syscr"),
                                  .write_calls = recorded_count(process, "syscw")});
    }
    capture.process_samples.push_back(std::move(sample));
  }
}

inline void add_recorded_files(const text::JsonValue& in, analysis::IoCapture& capture) {
  for (const text::JsonValue& one : text::loose_elements(in.find("lsof_samples"))) {
    record::OpenFilesSample sample{
        .taken = recorded_time(one), .success = text::loose_flag(one.find("success")), .files = {}};
    for (const text::JsonValue& file : text::loose_elements(one.find("entries"))) {
      sample.files.push_back({.pid = text::loose_int(file.find("pid")).value_or(0),
                              .path = text::loose_text(file.find("path"))});
    }
    capture.file_samples.push_back(std::move(sample));
  }
}

inline void add_recorded_blocks(const text::JsonValue& in, analysis::IoCapture& capture) {
  constexpr std::uint64_t kSector = 512;
  for (const text::JsonValue& one : text::loose_elements(in.find("block_samples"))) {
    capture.block_samples.push_back(
        {.taken = recorded_time(one),
         .success = text::loose_flag(one.find("success")),
         .read_ios = recorded_count(one, "read_ios"),
         .write_ios = recorded_count(one, "write_ios"),
         .read_bytes = recorded_count(one, "read_sectors") * kSector,
         .write_bytes = recorded_count(one, "write_sectors") * kSector});
  }
}

// {"phase_windows": {...}, "block_samples": [...], "process_samples": [...], "lsof_samples":
// [...]}, and the device and directory where they are not those of the harness's machine.
inline analysis::IoCapture recorded_capture(const text::JsonValue& in) {
  analysis::IoCapture capture;
  capture.nvme_device = text::loose_text(in.find("primary_nvme_device"));
  if (capture.nvme_device.empty()) capture.nvme_device = "/dev/nvme0";
  capture.disk_path = text::loose_text(in.find("kvbm_disk_path"));
  if (capture.disk_path.empty()) capture.disk_path = "/mnt/nvme/kvbm";
  add_recorded_windows(in, capture);
  add_recorded_blocks(in, capture);
  add_recorded_processes(in, capture);
  add_recorded_files(in, capture);
  for (const text::JsonValue& one : text::loose_elements(in.find("capture_errors"))) {
    const auto code = text::loose_int(one.find("return_code"));
    capture.errors.push_back(
        {.command = text::loose_text(one.find("command")),
         .return_code = code ? std::optional(static_cast<int>(*code)) : std::nullopt,
         .message = text::loose_text(one.find("stderr_snippet"))});
  }
  return capture;
}

}  // namespace spillway::report
