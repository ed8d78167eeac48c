// DeviceMetadata: asks the machine's tools which drive a run uses, before and after it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/device_metadata.h"
#include "telemetry/command_runner.h"
#include "telemetry/nvme_controllers.h"

namespace spillway::telemetry {

// Asks everything once. What a tool does not answer is an error on record, and what others know
// stands in for it. `controllers` are those of read_nvme_controllers().
record::DeviceMetadata collect_device_metadata(const record::DeviceTargets& targets,
                                               const std::string& stage,
                                               NvmeControllers controllers, const RunCommand& run);

// The same with /sys and the tools of this machine; never throws: a failure of ours is on record.
record::DeviceMetadata device_metadata(const record::DeviceTargets& targets,
                                       const std::string& stage, const RunCommand& run,
                                       const std::string& sys_root = "/sys");

}  // namespace spillway::telemetry
