// SPDX-License-Identifier: Apache-2.0
#include "record/device_metadata.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "record/json_fields.h"
#include "text/json_writer.h"

namespace spillway::record {
namespace {

using text::JsonWriter;

constexpr int kSchemaVersion = 1;
constexpr std::string_view kInternalFailure = "collector_internal_failure";

void write_texts(JsonWriter& json, std::string_view name, const std::vector<std::string>& texts) {
  list(json, name, texts, [&](const std::string& text) { json.value(text); });
}

void write_payload(JsonWriter& json, const CapturedPayload& payload) {
  json.key("payload");
  if (const auto* const text = std::get_if<std::string>(&payload)) {
    json.value(*text);
  } else if (const auto* const value = std::get_if<text::JsonValue>(&payload)) {
    text::write_json(json, *value);
  } else {
    json.null();
  }
}

void write_capture(JsonWriter& json, std::string_view name, const CommandCapture& capture) {
  object(json, name, [&] {
    write_texts(json, "command", capture.command);
    field(json, "success", capture.success);
    field(json, "return_code", capture.return_code);
    text_or_null(json, "error", capture.error);
    text_or_null(json, "stderr", capture.complaints);
    write_payload(json, capture.payload);
  });
}

void write_capture(JsonWriter& json, std::string_view name,
                   const std::optional<CommandCapture>& capture) {
  if (capture) {
    write_capture(json, name, *capture);
  } else {
    json.key(name).null();
  }
}

void write_attempt(JsonWriter& json, const NvmeAttempt& attempt) {
  json.begin_object();
  write_texts(json, "command", attempt.command);
  field(json, "format", attempt.format);
  field(json, "device_candidate", attempt.device);
  field(json, "success", attempt.success);
  field(json, "return_code", attempt.return_code);
  text_or_null(json, "error", attempt.error);
  json.end_object();
}

void write_query(JsonWriter& json, const NvmeQuery& query) {
  json.begin_object();
  field(json, "timestamp_utc", utc_text(query.taken));
  field(json, "success", query.success());
  field(json, "device", query.device);
  field(json, "subcommand", query.subcommand);
  if (query.success()) {
    const NvmeAttempt& answered = query.attempts.back();
    field(json, "device_used", answered.device);
    field(json, "format", answered.format);
    write_texts(json, "command", answered.command);
    write_payload(json, query.payload);
    text_or_null(json, "stderr", query.complaints);
  } else {
    json.key("format").null();
    text_or_null(json, "error", query.attempts.empty() ? "" : query.attempts.back().error);
  }
  field(json, "payload_ok", query.payload_ok);
  list(json, "attempts", query.attempts,
       [&](const NvmeAttempt& attempt) { write_attempt(json, attempt); });
  json.end_object();
}

void write_identity(JsonWriter& json, const DriveIdentity& identity) {
  field(json, "model", identity.model);
  field(json, "serial", identity.serial);
  field(json, "firmware_rev", identity.firmware);
}

void write_size(JsonWriter& json, const DriveSize& size) {
  json.key("size");
  if (const auto* const bytes = std::get_if<std::int64_t>(&size)) {
    json.value(*bytes);
  } else if (const auto* const text = std::get_if<std::string>(&size)) {
    json.value(*text);
  } else {
    json.null();
  }
}

void write_link(JsonWriter& json, const PcieLink& link) {
  object(json, "pcie_link", [&] {
    field(json, "negotiated_speed", link.speed);
    field(json, "negotiated_width", link.width);
    field(json, "max_speed", link.max_speed);
    field(json, "max_width", link.max_width);
  });
}

void write_place(JsonWriter& json, const NvmeController& controller) {
  field(json, "controller", controller.name);
  field(json, "nvme_device", controller.device());
  field(json, "nvme_namespace", controller.name_space);
  field(json, "bdf", controller.bdf);
}

void write_device(JsonWriter& json, const NvmeDevice& device) {
  json.begin_object();
  write_place(json, device.controller);
  object(json, "sysfs_identity", [&] { write_identity(json, device.controller.sysfs_identity); });
  list(json, "nvme_list_entries", device.controller.list_entries,
       [&](const text::JsonValue& entry) { text::write_json(json, entry); });
  write_query(json.key("id_ctrl"), device.id_ctrl);
  write_query(json.key("id_ns"), device.id_ns);
  write_query(json.key("smart_log"), device.smart_log);
  write_capture(json, "smartctl", device.smartctl);
  write_capture(json, "lspci_vv", device.lspci);
  write_link(json, device.link);
  object(json, "identity", [&] {
    write_identity(json, device.identity);
    write_size(json, device.size);
  });
  json.end_object();
}

void write_errors(JsonWriter& json, const DeviceMetadata& metadata) {
  list(json, "capture_errors", metadata.errors, [&](const CaptureError& error) {
    json.begin_object();
    field(json, "command", error.command);
    field(json, "return_code", error.return_code);
    field(json, "stderr_snippet", error.message);
    json.end_object();
  });
}

void write_places(JsonWriter& json, const DeviceMetadata& metadata) {
  list(json, "nvme_devices", metadata.devices, [&](const NvmeDevice& device) {
    json.begin_object();
    write_place(json, device.controller);
    json.end_object();
  });
}

// The fields that stand at the top and again among the resolved targets.
void write_primary(JsonWriter& json, const DeviceMetadata& metadata) {
  const NvmeDevice* const primary = metadata.primary_device();
  field(json, "primary_nvme_controller", metadata.primary);
  field(json, "primary_nvme_device",
        metadata.primary ? std::optional("/dev/" + *metadata.primary) : std::nullopt);
  field(json, "primary_nvme_namespace",
        primary == nullptr ? std::optional<std::string>() : primary->controller.name_space);
  write_places(json, metadata);
}

void write_targets(JsonWriter& json, const DeviceMetadata& metadata) {
  object(json, "requested_targets", [&] {
    field(json, "nvme_device_hint", metadata.requested.device_hint);
    field(json, "kvbm_cache_dir", metadata.requested.cache_directory);
    field(json, "phase_io_device", metadata.requested.io_device);
  });
  object(json, "resolved_targets", [&] {
    const NvmeDevice* const primary = metadata.primary_device();
    field(json, "kvbm_source", metadata.cache_source);
    field(json, "primary_bdf",
          primary == nullptr ? std::optional<std::string>() : primary->controller.bdf);
    write_primary(json, metadata);
  });
  write_primary(json, metadata);
}

void write_nvme(JsonWriter& json, const DeviceMetadata& metadata) {
  object(json, "nvme", [&] {
    write_capture(json, "list", metadata.nvme_list);
    write_capture(json, "list_subsys", metadata.nvme_list_subsystems);
    list(json, "devices", metadata.devices,
         [&](const NvmeDevice& device) { write_device(json, device); });
  });
  object(json, "pcie", [&] {
    write_capture(json, "lspci_scan", metadata.lspci_scan);
    list(json, "controllers", metadata.devices, [&](const NvmeDevice& device) {
      json.begin_object();
      field(json, "controller", device.controller.name);
      field(json, "bdf", device.controller.bdf);
      write_link(json, device.link);
      write_capture(json, "lspci_vv", device.lspci);
      json.end_object();
    });
  });
}

void write_system(JsonWriter& json, const DeviceMetadata& metadata) {
  object(json, "block_filesystem", [&] {
    write_capture(json, "lsblk", metadata.lsblk);
    write_capture(json, "findmnt", metadata.findmnt);
    write_capture(json, "mount", metadata.mount);
  });
  object(json, "system", [&] {
    write_capture(json, "uname", metadata.uname);
    object(json, "os_release", [&] {
      write_capture(json, "raw", metadata.os_release);
      object(json, "parsed", [&] {
        for (const auto& [name, value] : metadata.os_release_fields) field(json, name, value);
      });
    });
    write_capture(json, "nvidia_smi", metadata.nvidia_smi);
  });
}

void write_summary(JsonWriter& json, const DeviceMetadata& metadata) {
  static const NvmeDevice none;
  const NvmeDevice* const primary = metadata.primary_device();
  const NvmeDevice& device = primary == nullptr ? none : *primary;
  object(json, "primary_storage_summary", [&] {
    write_identity(json, device.identity);
    write_size(json, device.size);
    field(json, "pcie_link", pcie_link_text(device.link));
  });
}

CommandCapture not_captured() {
  CommandCapture capture;
  capture.error = kInternalFailure;
  capture.complaints = kInternalFailure;
  return capture;
}

}  // namespace

std::optional<std::string> pcie_link_text(const PcieLink& link) {
  if (!link.speed || !link.width) return std::nullopt;
  std::string text = fmt::format("{} {}", *link.speed, *link.width);
  if (link.max_speed && link.max_width) {
    text += fmt::format(" (max {} {})", *link.max_speed, *link.max_width);
  }
  return text;
}

const NvmeDevice* DeviceMetadata::primary_device() const {
  const auto found = std::ranges::find_if(
      devices, [&](const NvmeDevice& device) { return device.controller.name == primary; });
  return found == devices.end() ? nullptr : &*found;
}

std::optional<std::string> nvme_controller_name(std::string_view device) {
  constexpr std::string_view kDirectory = "/dev/";
  constexpr std::string_view kPrefix = "nvme";
  if (device.starts_with(kDirectory)) device.remove_prefix(kDirectory.size());
  if (!device.starts_with(kPrefix)) return std::nullopt;
  const std::size_t end = device.find_first_not_of("0123456789", kPrefix.size());
  if (end == kPrefix.size() || device.size() == kPrefix.size()) return std::nullopt;
  if (end != std::string_view::npos && device[end] != 'n') return std::nullopt;
  return std::string(device.substr(0, end));
}

DeviceMetadata failed_device_metadata(const DeviceTargets& targets, const std::string& stage,
                                      UtcTime taken, const std::string& error) {
  DeviceMetadata metadata;
  metadata.stage = stage;
  metadata.taken = taken;
  metadata.requested = targets;
  metadata.primary = nvme_controller_name(targets.device_hint);
  metadata.errors = {{.command = "collector_internal",
                      .return_code = std::nullopt,
                      .message = error.substr(0, kLongestCaptureMessage)}};
  for (CommandCapture* const capture :
       {&metadata.nvme_list, &metadata.nvme_list_subsystems, &metadata.lspci_scan, &metadata.lsblk,
        &metadata.findmnt, &metadata.mount, &metadata.uname, &metadata.os_release,
        &metadata.nvidia_smi}) {
    *capture = not_captured();
  }
  return metadata;
}

std::string device_metadata_json(const DeviceMetadata& metadata) {
  JsonWriter json(text::JsonLayout::pretty);
  json.begin_object();
  field(json, "schema_version", kSchemaVersion);
  field(json, "capture_stage", metadata.stage);
  field(json, "capture_timestamp", utc_text(metadata.taken));
  write_errors(json, metadata);
  write_targets(json, metadata);
  write_nvme(json, metadata);
  write_system(json, metadata);
  write_summary(json, metadata);
  json.end_object();
  return json.text() + "\n";
}

std::string nvme_query_json(const NvmeQuery& query) {
  JsonWriter json(text::JsonLayout::pretty);
  write_query(json, query);
  return json.text() + "\n";
}

}  // namespace spillway::record
