// SPDX-License-Identifier: Apache-2.0
#include "telemetry/nvme_controllers.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "telemetry/directory_names.h"
#include "telemetry/text_file.h"
#include "text/loose_json.h"

namespace spillway::telemetry {
namespace {

namespace fs = std::filesystem;

using record::NvmeController;
using text::JsonValue;
using text::loose_text;
using text::member;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// "0000:5e:00.0": domain, bus, device and function in hexadecimal.
bool is_bdf(std::string_view text) {
  constexpr std::string_view kShape = "xxxx:xx:xx.x";
  if (text.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool fits = kShape[i] == 'x' ? std::isxdigit(static_cast<unsigned char>(text[i])) != 0
                                       : text[i] == kShape[i];
    if (!fits) return false;
  }
  return true;
}

// Of the directories that lead to the controller's the last one that is a place on the bus.
std::optional<std::string> bdf_in(const fs::path& device) {
  std::error_code error;
  const fs::path resolved = fs::canonical(device, error);
  if (error) return std::nullopt;
  std::optional<std::string> found;
  for (const fs::path& part : resolved) {
    if (is_bdf(part.string())) found = part.string();
  }
  return found;
}

std::optional<std::string> attribute(const fs::path& device, std::string_view name) {
  const std::optional<std::string> text = read_text_file((device / name).string());
  if (!text || trimmed(*text).empty()) return std::nullopt;
  return std::string(trimmed(*text));
}

// nvme0n1 of nvme0; nvme0c1n1 is a path of a namespace and not one itself.
std::optional<std::string> first_namespace(const fs::path& device) {
  const std::string prefix = device.filename().string() + "n";
  const auto names = directory_names(device.string());
  if (!names) return std::nullopt;
  const auto first = std::ranges::find_if(
      *names, [&](const std::string& name) { return name.starts_with(prefix); });
  if (first == names->end()) return std::nullopt;
  return "/dev/" + *first;
}

NvmeController& controller(const std::string& name, NvmeControllers& controllers) {
  NvmeController& found = controllers[name];
  found.name = name;
  return found;
}

void add_path(const JsonValue& path, const std::string& subsystem, NvmeControllers& controllers) {
  std::string name = loose_text(member(&path, "Name"));
  if (name.empty()) name = subsystem;
  const std::string address = loose_text(member(&path, "Address"));
  const auto found = controllers.find(name);
  if (found != controllers.end() && !found->second.bdf && is_bdf(address)) {
    found->second.bdf = address;
  }
}

void add_subsystems(const JsonValue& host, NvmeControllers& controllers) {
  for (const JsonValue& subsystem : text::loose_elements(member(&host, "Subsystems"))) {
    const std::string name = loose_text(member(&subsystem, "Name"));
    for (const JsonValue& path : text::loose_elements(member(&subsystem, "Paths"))) {
      add_path(path, name, controllers);
    }
  }
}

bool mentions_nvme(std::string line) {
  std::ranges::transform(line, line.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return line.find("nvme") != std::string::npos ||
         line.find("non-volatile memory controller") != std::string::npos;
}

template <typename Use>
void for_each_line(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    use(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

// What stands behind a word, up to a comma or a blank.
std::optional<std::string> value_after(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + word.size());
  const std::string_view value = line.substr(0, line.find_first_of(", \t"));
  return value.empty() ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

NvmeControllers read_nvme_controllers(const std::string& sys_root) {
  NvmeControllers controllers;
  const fs::path directory = sys_root + "/class/nvme";
  const auto names = directory_names(directory.string());
  if (!names) return controllers;  // a machine without NVMe has no such directory
  for (const std::string& name : *names) {
    if (record::nvme_controller_name(name) != name) continue;
    const fs::path device = directory / name;
    NvmeController& found = controller(name, controllers);
    found.name_space = first_namespace(device);
    found.bdf = bdf_in(device);
    found.sysfs_identity = {.model = attribute(device, "model"),
                            .serial = attribute(device, "serial"),
                            .firmware = attribute(device, "firmware_rev")};
  }
  return controllers;
}

void add_nvme_list(const JsonValue& list, NvmeControllers& controllers) {
  for (const JsonValue& entry : text::loose_elements(member(&list, "Devices"))) {
    const std::string path = loose_text(member(&entry, "DevicePath"));
    const std::optional<std::string> name = record::nvme_controller_name(path);
    if (!name) continue;
    NvmeController& found = controller(*name, controllers);
    found.list_entries.push_back(entry);
    if (!found.name_space && path != found.device()) found.name_space = path;
  }
}

void add_nvme_subsystems(const JsonValue& subsystems, NvmeControllers& controllers) {
  // Newer versions list hosts, each with its subsystems.
  for (const JsonValue& host : text::loose_elements(&subsystems)) add_subsystems(host, controllers);
  add_subsystems(subsystems, controllers);
}

void add_lspci_scan(std::string_view lines, NvmeControllers& controllers) {
  std::set<std::string> taken;
  for (const auto& [name, one] : controllers) {
    if (one.bdf) taken.insert(*one.bdf);
  }
  std::vector<std::string> free;
  for_each_line(lines, [&](std::string_view line) {
    const std::string bdf(line.substr(0, line.find(' ')));
    if (is_bdf(bdf) && mentions_nvme(std::string(line)) && !taken.contains(bdf)) {
      free.push_back(bdf);
    }
  });
  auto next = free.begin();
  for (auto& [name, one] : controllers) {
    if (one.bdf || next == free.end()) continue;
    one.bdf = *next++;
  }
}

record::PcieLink pcie_link(std::string_view lspci) {
  record::PcieLink link;
  for_each_line(lspci, [&](std::string_view line) {
    const std::string_view bare = trimmed(line);
    if (bare.starts_with("LnkCap:")) {
      link.max_speed = value_after(bare, "Speed ");
      link.max_width = value_after(bare, "Width ");
    } else if (bare.starts_with("LnkSta:")) {
      link.speed = value_after(bare, "Speed ");
      link.width = value_after(bare, "Width ");
    }
  });
  return link;
}

}  // namespace spillway::telemetry
