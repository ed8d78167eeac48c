// SPDX-License-Identifier: Apache-2.0
#include "cli/drive_exports.h"

#include "core/sha256.h"
#include "record/drive_record_json.h"
#include "report/profile_export.h"
#include "scenario/drive_facts.h"
#include "scenario/drive_plan.h"
#include "scenario/program_facts.h"

namespace spillway::cli {

void write_drive_exports(const DriveFiles& files, const scenario::DriveConfig& config,
                         const scenario::Settings& settings, const analysis::DriveRun& run,
                         const workload::DrivePhases& phases, bool interrupted) {
  record::DriveRecord record = analysis::record_of(run);
  record.plan_hash = sha256_hex(scenario::request_manifest(phases));
  record.settings = scenario::drive_settings_in_effect(settings, config, run);
  record.environment = scenario::program_and_machine();
  record.interrupted = interrupted;
  files.write("record.json", record::to_json(record));
  files.write("profile_export.json", report::profile_export_json(run, record));
  files.write("profile_export.csv", report::profile_export_csv(run));
}

}  // namespace spillway::cli
