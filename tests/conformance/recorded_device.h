// The recorded outside world of the device metadata: a machine's answers and controllers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "telemetry/device_metadata.h"
#include "text/loose_json.h"

namespace spillway::telemetry {

// The recorded answers of a machine; what was not recorded is refused.
inline RunCommand recorded_answers(const text::JsonValue& in) {
  std::map<std::string, CommandAnswer> answers;
  for (const text::JsonValue& one : text::loose_elements(in.find("commands"))) {
    std::vector<std::string> command;
    for (const text::JsonValue& word : one.at("argv").elements())
      command.push_back(word.as_string());
    CommandAnswer& answer = answers[command_text(command)];
    answer.success = one.at("success").as_bool();
    if (const auto code = text::loose_int(one.find("return_code"))) {
      answer.return_code = static_cast<int>(*code);
    }
    answer.out = one.at("stdout").as_string();
    answer.err = one.at("stderr").as_string();
    answer.error = text::loose_text(one.find("error"));
  }
  return [answers = std::move(answers)](const std::vector<std::string>& command) {
    const auto found = answers.find(command_text(command));
    if (found != answers.end()) return found->second;
    CommandAnswer refused;
    refused.return_code = 127;
    refused.error = "command_not_mocked";
    return refused;
  };
}

inline NvmeControllers recorded_controllers(const text::JsonValue& in) {
  NvmeControllers controllers;
  for (const auto& [name, one] : text::loose_members(in.find("controllers"))) {
    record::NvmeController& controller = controllers[name];
    controller.name = name;
    controller.name_space = one.at("namespace").as_string();
    controller.bdf = one.at("bdf").as_string();
    const text::JsonValue& identity = one.at("sysfs_identity");
    controller.sysfs_identity = {.model = identity.at("model").as_string(),
                                 .serial = identity.at("serial").as_string(),
                                 .firmware = identity.at("firmware_rev").as_string()};
  }
  return controllers;
}

inline record::DeviceTargets recorded_targets(const text::JsonValue& in) {
  const text::JsonValue& args = in.at("args");
  return {.device_hint = args.at("nvme_device_hint").as_string(),
          .cache_directory = args.at("kvbm_cache_dir").as_string(),
          .io_device = args.at("phase_io_device").as_string()};
}

// {"args": {...}, "controllers": {...}, "commands": [...]}, or an "internal_error" of ours.
inline record::DeviceMetadata recorded_metadata(const text::JsonValue& in) {
  const std::string stage = in.at("args").at("capture_stage").as_string();
  const std::string fault = text::loose_text(in.find("internal_error"));
  if (fault.empty()) {
    return collect_device_metadata(recorded_targets(in), stage, recorded_controllers(in),
                                   recorded_answers(in));
  }
  const RunCommand fails = [fault](const std::vector<std::string>&) -> CommandAnswer {
    throw std::runtime_error(fault);
  };
  return device_metadata(recorded_targets(in), stage, fails, "/none");
}

}  // namespace spillway::telemetry
