// Any answer of the machine's tools names controllers, or none: nothing is thrown.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"
#include "telemetry/nvme_controllers.h"
#include "text/json_reader.h"

namespace {

void add_lists(const std::string& text, spillway::telemetry::NvmeControllers& controllers) {
  try {
    const spillway::text::JsonValue value = spillway::text::parse_json(text, "input");
    spillway::telemetry::add_nvme_list(value, controllers);
    spillway::telemetry::add_nvme_subsystems(value, controllers);
  } catch (const spillway::Error& error) {
    spillway::check(!std::string(error.what()).empty(), "an error says why");
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  spillway::telemetry::NvmeControllers controllers;
  controllers["nvme0"].name = "nvme0";
  add_lists(text, controllers);
  spillway::telemetry::add_lspci_scan(text, controllers);
  const spillway::record::PcieLink link = spillway::telemetry::pcie_link(text);
  spillway::check(!link.speed || !link.speed->empty(), "a speed is no empty text");
  for (const auto& [name, controller] : controllers) {
    spillway::check(spillway::record::nvme_controller_name(controller.device()) == name,
                    "a controller has the name of its device");
  }
  return 0;
}
