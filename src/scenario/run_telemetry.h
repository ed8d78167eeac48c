// RunTelemetry: what is collected round a run beside the readings of its phases: the drive's
// identity and health, the cache directory, the machine's figures at an interval, tools of others,
// logs. After the DGX Spark harness, section 7.6. The run is ours, or a workload of somebody
// else's. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/child_process.h"
#include "core/time.h"
#include "record/device_metadata.h"
#include "record/directory_churn.h"
#include "record/host_sample.h"
#include "telemetry/command_runner.h"
#include "telemetry/directory_snapshot.h"
#include "telemetry/host_sampler.h"

namespace spillway::scenario {

struct RunTelemetryOptions {
  std::string directory;               // of the run; files go there and to telemetry/ below it
  std::string nvme_device;             // "/dev/nvme0"
  std::string cache_dir;               // empty: none is looked at
  std::string block_device;            // "nvme0n1"
  std::optional<std::int64_t> server;  // a process of the server's, for its control group
  Duration interval = std::chrono::seconds(1);
  // iostat, pidstat and nvidia-smi, where they are there, and logs of containers.
  bool tools = false;
  std::string iostat_device;
  std::string pid = "ALL";  // of pidstat
  std::string container;
  // Files that services write to while the run goes on: of a message bus, of cuFile. What is added
  // to them meanwhile is kept.
  std::vector<std::string> logs = {};
};

// Everything is called on one thread, between phases; only what samples has a thread of its own,
// `host-sampler`, and the tools are processes. What fails is a warning, and no end of the run.
class RunTelemetry {
 public:
  RunTelemetry(RunTelemetryOptions options, telemetry::RunCommand run);
  RunTelemetry(const RunTelemetry&) = delete;
  RunTelemetry& operator=(const RunTelemetry&) = delete;
  ~RunTelemetry();

  void start();
  void phase_begins(const std::string& phase);
  // What the phase did to the cache directory; nothing when that is not known.
  std::optional<record::DirectoryChurn> phase_ended(const std::string& phase);
  // Ends all of it, and writes telemetry/telemetry_report.json.
  void finish();

  const record::NvmeQuery& identity() const { return identity_; }
  const record::NvmeQuery& smart_before() const { return smart_before_; }
  const record::NvmeQuery& smart_after() const { return smart_after_; }
  // How telemetry/host.jsonl kept its interval; nothing when it could not be sampled.
  const std::optional<record::SampleCadence>& cadence() const { return cadence_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  struct Tool {
    std::string name;
    std::string pid_file;
    std::unique_ptr<ChildProcess> process;
  };

  telemetry::DirectorySnapshot snapshot(const std::string& label);
  record::NvmeQuery ask_drive(const std::string& subcommand, const std::string& file);
  void start_sampler();
  void start_tool(const std::string& name, std::vector<std::string> command,
                  const std::string& output, const std::string& pid_file);
  void start_tools();
  void keep_log(const std::string& log, std::uintmax_t from, const std::string& name);
  void keep_output(const std::string& name, const std::vector<std::string>& command,
                   const std::string& file);
  void write(const std::string& path, const std::string& text);
  std::string path_of(const std::string& name) const { return telemetry_ + "/" + name; }
  std::string report() const;

  RunTelemetryOptions options_;
  telemetry::RunCommand run_;
  std::string telemetry_;  // the directory
  record::NvmeQuery identity_;
  record::NvmeQuery smart_before_;
  record::NvmeQuery smart_after_;
  telemetry::DirectorySnapshot before_;
  std::ofstream samples_;  // of the sampler's thread while it runs
  std::unique_ptr<telemetry::HostSampler> sampler_;
  std::optional<record::SampleCadence> cadence_;
  std::vector<Tool> tools_;
  std::vector<std::uintmax_t> log_sizes_;  // of options_.logs, at the start
  std::vector<std::string> started_;
  std::vector<std::string> stopped_;
  std::vector<std::string> warnings_;
  std::size_t warnings_at_start_ = 0;  // the first of them, before the first phase
  bool finished_ = false;
};

// With the tools of this machine; one that hangs is ended after 20 s.
std::unique_ptr<RunTelemetry> run_telemetry(RunTelemetryOptions options);

}  // namespace spillway::scenario
