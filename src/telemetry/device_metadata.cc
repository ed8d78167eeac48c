// SPDX-License-Identifier: Apache-2.0
#include "telemetry/device_metadata.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/utc_time.h"
#include "telemetry/nvme_query.h"
#include "text/loose_json.h"

namespace spillway::telemetry {
namespace {

using record::CommandCapture;
using record::DeviceMetadata;
using record::NvmeController;
using record::NvmeDevice;
using text::JsonValue;
using text::loose_text;
using text::member;

std::string trimmed(const std::string& text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<std::string> non_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

const JsonValue* json_of(const record::CapturedPayload& payload) {
  return std::get_if<JsonValue>(&payload);
}

std::string text_of(const CommandCapture& capture) {
  const auto* const text = std::get_if<std::string>(&capture.payload);
  return text == nullptr ? "" : *text;
}

enum class Answer : std::uint8_t { json, text, trimmed_text };
enum class Failure : std::uint8_t { on_record, expected };

// Asks commands one after the other, and keeps what failed.
class Asker {
 public:
  Asker(const RunCommand& run, std::vector<record::CaptureError>& errors)
      : run_(run), errors_(errors) {}

  CommandCapture capture(std::vector<std::string> command, Answer expected,
                         Failure failure = Failure::on_record) {
    const CommandAnswer answer = run_(command);
    CommandCapture capture;
    capture.command = std::move(command);
    capture.return_code = answer.return_code;
    capture.success = answer.success;
    capture.error = answer.error;
    capture.complaints = answer.err;
    if (answer.success) take(answer, expected, capture);
    if (!capture.success && failure == Failure::on_record) {
      add_error(capture.command, capture.return_code, capture.error);
    }
    return capture;
  }

  record::NvmeQuery nvme(const std::string& subcommand, const std::string& device) {
    record::NvmeQuery query = query_nvme(run_, subcommand, device);
    if (!query.success()) {
      const record::NvmeAttempt& last = query.attempts.back();
      add_error(last.command, last.return_code, last.error);
    }
    return query;
  }

 private:
  static void take(const CommandAnswer& answer, Answer expected, CommandCapture& capture) {
    if (expected != Answer::json) {
      capture.payload = expected == Answer::text ? answer.out : trimmed(answer.out);
      return;
    }
    try {
      capture.payload = text::parse_json(answer.out, command_text(capture.command));
    } catch (const Error& error) {
      capture.success = false;
      capture.error = error.what();
    }
  }

  void add_error(const std::vector<std::string>& command, std::optional<int> return_code,
                 const std::string& error) {
    errors_.push_back({.command = command_text(command),
                       .return_code = return_code,
                       .message = error.substr(0, record::kLongestCaptureMessage)});
  }

  const RunCommand& run_;
  std::vector<record::CaptureError>& errors_;
};

// NAME="value", as in os-release(5).
std::map<std::string, std::string> fields_of(const std::string& os_release) {
  std::map<std::string, std::string> fields;
  std::string_view rest = os_release;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || line.starts_with('#')) continue;
    std::string_view value = line.substr(equals + 1);
    if (value.size() >= 2 && value.front() == value.back() &&
        (value.front() == '"' || value.front() == '\'')) {
      value = value.substr(1, value.size() - 2);
    }
    fields.emplace(line.substr(0, equals), value);
  }
  return fields;
}

void capture_machine(Asker& asker, DeviceMetadata& metadata) {
  metadata.lsblk =
      asker.capture({"lsblk", "-J", "-o",
                     "NAME,KNAME,PATH,MODEL,SERIAL,SIZE,ROTA,TYPE,MOUNTPOINT,FSTYPE,UUID,PARTUUID"},
                    Answer::json);
  metadata.findmnt =
      asker.capture({"findmnt", "-J", "-o", "TARGET,SOURCE,FSTYPE,OPTIONS"}, Answer::json);
  metadata.mount = asker.capture({"mount"}, Answer::text);
  metadata.uname = asker.capture({"uname", "-a"}, Answer::trimmed_text);
  metadata.os_release = asker.capture({"cat", "/etc/os-release"}, Answer::text);
  metadata.os_release_fields = fields_of(text_of(metadata.os_release));
  // Most machines have no such card.
  metadata.nvidia_smi =
      asker.capture({"nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"},
                    Answer::trimmed_text, Failure::expected);
}

void capture_lists(Asker& asker, DeviceMetadata& metadata) {
  metadata.nvme_list = asker.capture({"nvme", "list", "-o", "json"}, Answer::json);
  metadata.nvme_list_subsystems =
      asker.capture({"nvme", "list-subsys", "-o", "json"}, Answer::json);
  metadata.lspci_scan = asker.capture({"lspci", "-D", "-nn"}, Answer::trimmed_text);
  const std::string& directory = metadata.requested.cache_directory;
  if (directory.empty()) return;
  const CommandCapture source =
      asker.capture({"findmnt", "-n", "-o", "SOURCE", "--target", directory}, Answer::trimmed_text);
  metadata.cache_source = non_empty(text_of(source));
}

// What other sources say of the controllers that /sys showed; without any the hint stands.
void complete(const DeviceMetadata& metadata, NvmeControllers& controllers) {
  if (const JsonValue* const list = json_of(metadata.nvme_list.payload)) {
    add_nvme_list(*list, controllers);
  }
  if (controllers.empty()) {
    auto hint = record::nvme_controller_name(metadata.requested.device_hint);
    if (hint) controllers[*hint].name = *hint;
  }
  if (const JsonValue* const subsystems = json_of(metadata.nvme_list_subsystems.payload)) {
    add_nvme_subsystems(*subsystems, controllers);
  }
  add_lspci_scan(text_of(metadata.lspci_scan), controllers);
}

// The drive below a volume or a crypt device, by its parent's name.
std::optional<std::string> controller_of(const std::string& source, Asker& asker) {
  std::optional<std::string> direct = record::nvme_controller_name(source);
  if (direct || !source.starts_with("/dev/")) return direct;
  const CommandCapture parent =
      asker.capture({"lsblk", "-no", "PKNAME", source}, Answer::trimmed_text);
  const std::string name = text_of(parent);
  return record::nvme_controller_name(name.substr(0, name.find('\n')));
}

std::optional<std::string> primary_of(const DeviceMetadata& metadata,
                                      const NvmeControllers& controllers, Asker& asker) {
  const auto known = [&](const std::optional<std::string>& name) {
    return name && controllers.contains(*name);
  };
  if (metadata.cache_source) {
    const std::optional<std::string> holder = controller_of(*metadata.cache_source, asker);
    if (known(holder)) return holder;
  }
  auto hint = record::nvme_controller_name(metadata.requested.device_hint);
  if (known(hint)) return hint;
  if (controllers.contains("nvme0")) return "nvme0";
  if (controllers.empty()) return std::nullopt;
  return controllers.begin()->first;
}

// The first source that knows.
std::optional<std::string> known_text(const JsonValue* first, std::string_view first_key,
                                      const JsonValue* second, std::string_view second_key,
                                      const std::optional<std::string>& third) {
  for (const JsonValue* const value : {member(first, first_key), member(second, second_key)}) {
    std::string text = trimmed(loose_text(value));
    if (!text.empty()) return text;
  }
  return third;
}

const JsonValue* list_entry(const NvmeController& controller) {
  return controller.list_entries.empty() ? nullptr : &controller.list_entries.front();
}

record::DriveIdentity identity_of(const NvmeDevice& device) {
  const JsonValue* const asked =
      device.id_ctrl.payload_ok ? json_of(device.id_ctrl.payload) : nullptr;
  const JsonValue* const listed = list_entry(device.controller);
  const record::DriveIdentity& sysfs = device.controller.sysfs_identity;
  return {.model = known_text(asked, "mn", listed, "ModelNumber", sysfs.model),
          .serial = known_text(asked, "sn", listed, "SerialNumber", sysfs.serial),
          .firmware = known_text(asked, "fr", listed, "Firmware", sysfs.firmware)};
}

record::DriveSize size_in(const JsonValue* value) {
  if (value == nullptr) return {};
  if (value->is_string() && !value->as_string().empty()) return value->as_string();
  if (!value->is_number()) return {};
  if (const std::optional<std::int64_t> bytes = text::loose_int(value)) return *bytes;
  return {};
}

// Among block devices and what lies on them.
record::DriveSize size_among(const JsonValue* devices, const std::string& path) {
  for (const JsonValue& device : text::loose_elements(devices)) {
    if (loose_text(member(&device, "path")) == path) return size_in(member(&device, "size"));
    record::DriveSize below = size_among(member(&device, "children"), path);
    if (!std::holds_alternative<std::monostate>(below)) return below;
  }
  return {};
}

record::DriveSize size_of(const NvmeController& controller, const CommandCapture& lsblk) {
  constexpr std::array<std::string_view, 3> kKeys = {"PhysicalSize", "Size", "NamespaceSize"};
  for (const std::string_view key : kKeys) {
    record::DriveSize size = size_in(member(list_entry(controller), key));
    if (!std::holds_alternative<std::monostate>(size)) return size;
  }
  if (!controller.name_space) return {};
  return size_among(member(json_of(lsblk.payload), "blockdevices"), *controller.name_space);
}

NvmeDevice device_of(const NvmeController& controller, const CommandCapture& lsblk, Asker& asker) {
  NvmeDevice device;
  device.controller = controller;
  device.id_ctrl = asker.nvme("id-ctrl", controller.device());
  device.id_ns = asker.nvme("id-ns", controller.name_space.value_or(controller.device()));
  device.smart_log = asker.nvme("smart-log", controller.device());
  if (!device.smart_log.success()) {
    device.smartctl = asker.capture({"smartctl", "-a", "-j", controller.device()}, Answer::json);
  }
  if (controller.bdf) {
    device.lspci = asker.capture({"lspci", "-vv", "-s", *controller.bdf}, Answer::text);
    device.link = pcie_link(text_of(*device.lspci));
  }
  device.identity = identity_of(device);
  device.size = size_of(controller, lsblk);
  return device;
}

}  // namespace

DeviceMetadata collect_device_metadata(const record::DeviceTargets& targets,
                                       const std::string& stage, NvmeControllers controllers,
                                       const RunCommand& run) {
  DeviceMetadata metadata;
  metadata.stage = stage;
  metadata.taken = utc_now();
  metadata.requested = targets;
  Asker asker(run, metadata.errors);
  capture_lists(asker, metadata);
  capture_machine(asker, metadata);
  complete(metadata, controllers);
  metadata.primary = primary_of(metadata, controllers, asker);
  for (const auto& [name, controller] : controllers) {
    metadata.devices.push_back(device_of(controller, metadata.lsblk, asker));
  }
  return metadata;
}

DeviceMetadata device_metadata(const record::DeviceTargets& targets, const std::string& stage,
                               const RunCommand& run, const std::string& sys_root) {
  try {
    return collect_device_metadata(targets, stage, read_nvme_controllers(sys_root), run);
  } catch (const std::exception& error) {
    return record::failed_device_metadata(targets, stage, utc_now(), error.what());
  }
}

}  // namespace spillway::telemetry
