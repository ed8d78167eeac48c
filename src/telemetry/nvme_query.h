// NvmeQuery: asks nvme-cli about a device, in the spellings of its versions.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "record/device_metadata.h"
#include "telemetry/command_runner.h"

namespace spillway::telemetry {

// `subcommand` is id-ctrl, id-ns or smart-log. For a controller's device its first namespace is
// tried as well. An answer in JSON counts whatever the status; a missing tool ends it at once.
record::NvmeQuery query_nvme(const RunCommand& run, const std::string& subcommand,
                             const std::string& device);

}  // namespace spillway::telemetry
