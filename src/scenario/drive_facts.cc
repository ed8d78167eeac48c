// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_facts.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace spillway::scenario {

std::vector<record::Setting> drive_settings_in_effect(const Settings& settings,
                                                      const DriveConfig& config,
                                                      const analysis::DriveRun& run) {
  const DriveEvidence& evidence = config.evidence;
  std::map<std::string_view, std::string> used = {
      {"base-url", config.target.base_text},
      {"kv-mode", config.kv.mode},
      {"tier-mode", config.kv.tier},
      {"phase-io-device", evidence.block_device},
      {"worker-proc-pattern", evidence.process_pattern},
      {"kvbm-cache-dir", evidence.cache_dir},
      {"run-id", run.run_id},
  };
  if (!run.model_id.empty()) used["model-id"] = run.model_id;
  std::vector<record::Setting> all = settings.effective();
  for (record::Setting& setting : all) {
    const auto found = used.find(setting.name);
    if (found == used.end() || setting.value == record::Value(found->second)) continue;
    setting.asked = std::exchange(setting.value, found->second);
    setting.origin = record::Origin::resolved;
  }
  return all;
}

}  // namespace spillway::scenario
