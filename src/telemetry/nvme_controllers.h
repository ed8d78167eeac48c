// Which NVMe controllers there are, by /sys and by what tools list.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "record/device_metadata.h"

namespace spillway::telemetry {

using NvmeControllers = std::map<std::string, record::NvmeController>;  // by name

// <root>/class/nvme/nvmeN: its namespaces, its place on the bus, what it says it is.
NvmeControllers read_nvme_controllers(const std::string& sys_root = "/sys");

// Adds the entries of `nvme list -o json` to the controllers of their device paths, and those
// controllers that are missing.
void add_nvme_list(const text::JsonValue& list, NvmeControllers& controllers);
// Fills places on the bus that are missing: by `nvme list-subsys -o json`, and those that still
// are by the lines of `lspci -D -nn` that mention NVMe, in their order.
void add_nvme_subsystems(const text::JsonValue& subsystems, NvmeControllers& controllers);
void add_lspci_scan(std::string_view lines, NvmeControllers& controllers);

// The link's speed and width in an answer of `lspci -vv`.
record::PcieLink pcie_link(std::string_view lspci);

}  // namespace spillway::telemetry
