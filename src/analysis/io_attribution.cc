// SPDX-License-Identifier: Apache-2.0
#include "analysis/io_attribution.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace spillway::analysis {
namespace {

using record::PhaseWindow;
using record::ProcessCounters;
using record::ProcessDelta;
using record::ProcessSample;

// The samples that bracket a window: the last one before it, or else the first of all; the first
// one after it, or else the last. Nothing without a sample that succeeded.
template <typename Sample>
struct Bracket {
  const Sample* before = nullptr;
  const Sample* after = nullptr;
};

template <typename Sample>
Bracket<Sample> bracket(const std::vector<Sample>& samples, const PhaseWindow& window) {
  Bracket<Sample> found;
  const Sample* last = nullptr;
  bool after_end = false;
  for (const Sample& sample : samples) {
    if (!sample.success) continue;
    if (found.before == nullptr || sample.taken <= window.start) found.before = &sample;
    if (!after_end && sample.taken >= window.end) {
      found.after = &sample;
      after_end = true;
    }
    last = &sample;
  }
  if (!after_end) found.after = last;
  return found;
}

// Counters that fall were set back, which shows nothing of the phase.
std::uint64_t moved(std::uint64_t before, std::uint64_t after) {
  return after > before ? after - before : 0;
}

std::optional<SampledBytes> sampled_block(const IoCapture& capture, const PhaseWindow& window) {
  const auto [before, after] = bracket(capture.block_samples, window);
  if (before == nullptr) return std::nullopt;
  return SampledBytes{.read_bytes = moved(before->read_bytes, after->read_bytes),
                      .write_bytes = moved(before->write_bytes, after->write_bytes)};
}

PhaseBlockIo block_of(const IoCapture& capture, const PhaseWindow& window) {
  PhaseBlockIo io;
  io.sampled = sampled_block(capture, window);
  const auto boundary = capture.block_boundaries.find(window.phase);
  if (boundary != capture.block_boundaries.end()) {
    io.source = IoSource::boundary;
    io.bytes = SampledBytes{.read_bytes = boundary->second.read_bytes,
                            .write_bytes = boundary->second.write_bytes};
  } else if (io.sampled) {
    io.source = IoSource::sampling;
    io.bytes = io.sampled;
  }
  return io;
}

// The earliest counters of a process from the sample before the window on: what it had moved before
// it was first seen is not known to be the phase's.
ProcessCounters first_seen(const std::vector<ProcessSample>& samples, UtcTime from,
                           const ProcessCounters& now) {
  for (const ProcessSample& sample : samples) {
    if (!sample.success || sample.taken < from) continue;
    const auto found = std::ranges::find(sample.processes, now.pid, &ProcessCounters::pid);
    if (found != sample.processes.end()) return *found;
  }
  return now;
}

bool moved_more(const ProcessDelta& a, const ProcessDelta& b) {
  const std::uint64_t total_a = a.read_bytes + a.write_bytes;
  const std::uint64_t total_b = b.read_bytes + b.write_bytes;
  return std::tie(total_b, a.pid) < std::tie(total_a, b.pid);
}

std::optional<std::vector<ProcessDelta>> sampled_processes(const IoCapture& capture,
                                                           const PhaseWindow& window) {
  const auto [before, after] = bracket(capture.process_samples, window);
  if (before == nullptr) return std::nullopt;
  std::vector<ProcessDelta> deltas;
  for (const ProcessCounters& now : after->processes) {
    const ProcessCounters base = first_seen(capture.process_samples, before->taken, now);
    deltas.push_back({.pid = now.pid,
                      .command_line = now.command_line,
                      .read_bytes = moved(base.read_bytes, now.read_bytes),
                      .write_bytes = moved(base.write_bytes, now.write_bytes)});
  }
  std::ranges::sort(deltas, moved_more);
  return deltas;
}

SampledBytes sum(const std::vector<ProcessDelta>& deltas) {
  SampledBytes bytes;
  for (const ProcessDelta& one : deltas) {
    bytes.read_bytes += one.read_bytes;
    bytes.write_bytes += one.write_bytes;
  }
  return bytes;
}

PhaseProcessIo process_of(const IoCapture& capture, const PhaseWindow& window) {
  PhaseProcessIo io;
  std::optional<std::vector<ProcessDelta>> sampled = sampled_processes(capture, window);
  if (sampled) io.sampled = sum(*sampled);
  const auto found = capture.process_boundaries.find(window.phase);
  if (found != capture.process_boundaries.end()) {
    const record::ProcessBoundaryDelta& boundary = found->second;
    io.source = IoSource::boundary;
    io.bytes = SampledBytes{.read_bytes = boundary.read_bytes, .write_bytes = boundary.write_bytes};
    io.cgroup_read_bytes = boundary.cgroup_read_bytes;
    io.cgroup_write_bytes = boundary.cgroup_write_bytes;
    io.processes = boundary.processes;
  } else if (sampled) {
    io.source = IoSource::sampling;
    io.bytes = io.sampled;
    io.processes = *std::move(sampled);
  }
  return io;
}

std::vector<ObservedFile> files_of(const IoCapture& capture, const PhaseWindow& window) {
  std::map<std::pair<std::int64_t, std::string>, std::size_t> counts;
  for (const record::OpenFilesSample& sample : capture.file_samples) {
    if (!sample.success || sample.taken < window.start || sample.taken > window.end) continue;
    for (const record::OpenFile& file : sample.files) ++counts[{file.pid, file.path}];
  }
  std::vector<ObservedFile> files;
  files.reserve(counts.size());
  for (const auto& [file, samples] : counts) {
    files.push_back({.pid = file.first, .path = file.second, .samples = samples});
  }
  std::ranges::sort(files, [](const ObservedFile& a, const ObservedFile& b) {
    return std::tie(b.samples, a.pid, a.path) < std::tie(a.samples, b.pid, b.path);
  });
  return files;
}

bool reads(const std::optional<SampledBytes>& bytes) { return bytes && bytes->read_bytes > 0; }

bool direct_flag_seen(const IoCapture& capture) {
  return std::ranges::any_of(capture.file_samples, [](const record::OpenFilesSample& sample) {
    return std::ranges::any_of(sample.files, &record::OpenFile::direct);
  });
}

DirectIoEvidence direct_evidence(const IoCapture& capture, const IoAttribution& found) {
  DirectIoEvidence evidence;
  evidence.method = "none";
  evidence.confidence = "low";
  for (const PhaseWindow& window : capture.windows) {
    if (!window.phase.starts_with("replay")) continue;
    evidence.replay_phases.push_back(window.phase);
    evidence.replay_reads = evidence.replay_reads || (reads(found.block.at(window.phase).bytes) &&
                                                      reads(found.process.at(window.phase).bytes));
  }
  evidence.flag_seen = direct_flag_seen(capture);
  if (evidence.flag_seen) {
    evidence.method = "open_flags";
    evidence.confidence = "high";
  } else if (capture.hints.any() && evidence.replay_reads) {
    evidence.method = "config_hints_plus_replay_io_corroboration";
    evidence.confidence = "medium";
  } else if (capture.hints.any()) {
    evidence.method = "config_hints_only";
  }
  return evidence;
}

bool mentions_direct(std::string_view line) {
  constexpr std::string_view kWord = "direct";
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
  };
  return !std::ranges::search(line, kWord, same).empty();
}

}  // namespace

DirectIoHints direct_io_hints(const std::map<std::string, std::string>& environment,
                              std::string_view configuration) {
  DirectIoHints hints;
  for (const auto& [name, value] : environment) {
    for (const std::string_view part : {"DIRECT", "CUFILE", "GDS"}) {
      if (name.find(part) != std::string::npos) hints.environment.emplace(name, value);
    }
  }
  while (!configuration.empty()) {
    const std::string_view line = configuration.substr(0, configuration.find('\n'));
    if (mentions_direct(line)) hints.configuration.emplace_back(line);
    configuration.remove_prefix(std::min(line.size() + 1, configuration.size()));
  }
  return hints;
}

IoAttribution attribute_io(const IoCapture& capture) {
  IoAttribution found;
  for (const PhaseWindow& window : capture.windows) {
    found.block[window.phase] = block_of(capture, window);
    found.process[window.phase] = process_of(capture, window);
    found.files[window.phase] = files_of(capture, window);
  }
  found.files_available =
      std::ranges::any_of(capture.file_samples, &record::OpenFilesSample::success);
  found.direct = direct_evidence(capture, found);
  return found;
}

}  // namespace spillway::analysis
