// IoAttribution: which phase of a run moved which bytes: of the device, of the processes that were
// watched, and through which files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/capture_error.h"
#include "record/io_samples.h"

namespace spillway::analysis {

// What points at direct I/O without having seen it.
struct DirectIoHints {
  std::map<std::string, std::string> environment;  // names with DIRECT, CUFILE or GDS, and values
  std::vector<std::string> configuration;          // lines of the block manager's settings
  bool any() const { return !environment.empty() || !configuration.empty(); }
};

// Of an environment the variables whose names hold DIRECT, CUFILE or GDS, of a block manager's
// configuration the lines that hold "direct", in any case.
DirectIoHints direct_io_hints(const std::map<std::string, std::string>& environment,
                              std::string_view configuration);

struct BpftraceProbe {
  bool available = false;
  std::optional<bool> success;
  std::string error;
};

struct IoCapture {
  std::string nvme_device;
  std::string disk_path;
  std::vector<record::PhaseWindow> windows;
  std::vector<record::BlockSample> block_samples;  // samples in the order of time
  std::vector<record::ProcessSample> process_samples;
  std::vector<record::OpenFilesSample> file_samples;
  std::string file_method = "lsof_open_file_observation";
  std::map<std::string, record::BlockBoundaryDelta> block_boundaries;  // by phase
  std::map<std::string, record::ProcessBoundaryDelta> process_boundaries;
  DirectIoHints hints;
  BpftraceProbe bpftrace;
  std::map<std::string, bool> tools;  // iostat, pidstat, lsof, bpftrace: whether they are there
  std::vector<record::CaptureError> errors;
};

// Where a phase's bytes come from: counters read at its ends, or else samples around it.
enum class IoSource : std::uint8_t { unavailable, sampling, boundary };

struct SampledBytes {
  std::uint64_t read_bytes = 0;
  std::uint64_t write_bytes = 0;
};

struct PhaseBlockIo {
  IoSource source = IoSource::unavailable;
  std::optional<SampledBytes> bytes;    // nothing when nobody counted
  std::optional<SampledBytes> sampled;  // nothing when there are no samples
};

struct PhaseProcessIo {
  IoSource source = IoSource::unavailable;
  std::optional<SampledBytes> bytes;
  std::optional<SampledBytes> sampled;
  std::optional<std::uint64_t> cgroup_read_bytes;
  std::optional<std::uint64_t> cgroup_write_bytes;
  std::vector<record::ProcessDelta> processes;  // most bytes first
};

struct ObservedFile {
  std::int64_t pid = 0;
  std::string path;
  std::size_t samples = 0;  // in which it was open
};

struct DirectIoEvidence {
  std::string_view method;
  std::string_view confidence;  // low, medium; high: files were seen open with O_DIRECT
  bool flag_seen = false;
  std::vector<std::string> replay_phases;  // their names begin with `replay`
  bool replay_reads = false;               // in one of them the device and the processes read
};

struct IoAttribution {
  std::map<std::string, PhaseBlockIo> block;  // by phase
  std::map<std::string, PhaseProcessIo> process;
  bool files_available = false;  // open files were looked at with success at least once
  std::map<std::string, std::vector<ObservedFile>> files;
  DirectIoEvidence direct;
};

IoAttribution attribute_io(const IoCapture& capture);

}  // namespace spillway::analysis
