// DeviceMetadata: which drive a run used, by what the machine's tools say of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/utc_time.h"
#include "record/capture_error.h"
#include "text/json_reader.h"

namespace spillway::record {

using CapturedPayload = std::variant<std::monostate, std::string, text::JsonValue>;

// What a command was asked and what it answered.
struct CommandCapture {
  std::vector<std::string> command;
  bool success = false;
  std::optional<int> return_code;
  std::string error;       // why it failed
  std::string complaints;  // its standard error
  CapturedPayload payload;
};

// A sub-command of `nvme`, asked in one spelling after another until one is understood.
struct NvmeAttempt {
  std::vector<std::string> command;
  std::string_view format;  // json, normal
  std::string device;
  bool success = false;
  std::optional<int> return_code;
  std::string error;
};
struct NvmeQuery {
  UtcTime taken;
  std::string device;
  std::string subcommand;
  std::vector<NvmeAttempt> attempts;  // the last one is that which succeeded, if any
  CapturedPayload payload;
  bool payload_ok = false;  // it is an answer and no complaint
  std::string complaints;
  bool success() const { return !attempts.empty() && attempts.back().success; }
};

struct DriveIdentity {
  std::optional<std::string> model;
  std::optional<std::string> serial;
  std::optional<std::string> firmware;
};

struct PcieLink {
  std::optional<std::string> speed;  // negotiated: "16GT/s"
  std::optional<std::string> width;  // "x4"
  std::optional<std::string> max_speed;
  std::optional<std::string> max_width;
};
// "16GT/s x4 (max 16GT/s x4)"; nothing without a negotiated speed and width.
std::optional<std::string> pcie_link_text(const PcieLink& link);

// An NVMe controller as /sys, `nvme list` and `lspci` know it.
struct NvmeController {
  std::string name;                       // nvme0
  std::optional<std::string> name_space;  // /dev/nvme0n1
  std::optional<std::string> bdf;         // its place on the PCI bus: 0000:5e:00.0
  DriveIdentity sysfs_identity;
  std::vector<text::JsonValue> list_entries;  // of `nvme list`
  std::string device() const { return "/dev/" + name; }
};

// Bytes, or a text such as "953.9G".
using DriveSize = std::variant<std::monostate, std::int64_t, std::string>;

struct NvmeDevice {
  NvmeController controller;
  NvmeQuery id_ctrl;
  NvmeQuery id_ns;
  NvmeQuery smart_log;
  std::optional<CommandCapture> smartctl;  // asked where the SMART log could not be read
  std::optional<CommandCapture> lspci;     // asked where the place on the bus is known
  PcieLink link;
  DriveIdentity identity;
  DriveSize size;
};

struct DeviceTargets {
  std::string device_hint;      // /dev/nvme0
  std::string cache_directory;  // of the block manager
  std::string io_device;        // nvme0n1
};

struct DeviceMetadata {
  std::string stage;  // pre, post
  UtcTime taken;
  std::vector<CaptureError> errors;
  DeviceTargets requested;
  std::optional<std::string> cache_source;  // the block device that holds the cache directory
  std::optional<std::string> primary;       // the controller that a run is about
  std::vector<NvmeDevice> devices;
  CommandCapture nvme_list;
  CommandCapture nvme_list_subsystems;
  CommandCapture lspci_scan;
  CommandCapture lsblk;
  CommandCapture findmnt;
  CommandCapture mount;
  CommandCapture uname;
  CommandCapture os_release;
  std::map<std::string, std::string> os_release_fields;
  CommandCapture nvidia_smi;

  // The primary controller's; nullptr when it is not among the devices.
  const NvmeDevice* primary_device() const;
};

// "nvme0" of "/dev/nvme0", "/dev/nvme0n1p2" or "nvme0n1"; nothing for other names.
std::optional<std::string> nvme_controller_name(std::string_view device);

// The whole schema with nothing in it, for a collector that failed: the primary controller is the
// hint's, and the only error tells why.
DeviceMetadata failed_device_metadata(const DeviceTargets& targets, const std::string& stage,
                                      UtcTime taken, const std::string& error);

// device_metadata_{pre,post}.json, indented.
std::string device_metadata_json(const DeviceMetadata& metadata);
// nvme_identity.json, nvme_smart_{pre,post}.json, indented.
std::string nvme_query_json(const NvmeQuery& query);

}  // namespace spillway::record
