// summary.json of a run against a serving endpoint, and the small files beside it, with the DGX
// Spark harness's names (its section 7). SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/drive_run.h"
#include "analysis/io_attribution.h"
#include "record/device_metadata.h"
#include "record/host_sample.h"

namespace spillway::report {

// What was captured of the machine around the run; the paths are relative to the run's directory.
struct DriveMachine {
  std::string nvme_device;
  std::optional<record::NvmeQuery> identity;
  std::optional<record::NvmeQuery> smart_before;
  std::optional<record::NvmeQuery> smart_after;
  std::optional<record::SampleCadence> cadence;  // of telemetry/host.jsonl
  std::vector<std::string> telemetry_warnings;
  std::optional<record::DeviceMetadata> before;
  std::optional<record::DeviceMetadata> after;
  bool io_attribution = false;
  bool io_available = false;
  std::size_t io_errors = 0;
};

// Indented. The harness's keys as it has them; ours are `served` of each phase and of the whole,
// `load` of each phase, `metrics_as`, `client`, and `spillway`.
std::string drive_summary_json(const analysis::DriveRun& run, const DriveMachine& machine);

// The files of phase_deltas/ of one phase that ran: by name, relative to the run's directory.
std::map<std::string, std::string> phase_delta_files(const analysis::DriveRun& run,
                                                     const analysis::DrivePhaseRun& phase);

}  // namespace spillway::report
