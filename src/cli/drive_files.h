// DriveFiles: the directory of a run against a serving endpoint. Files appear whole, as soon as
// what they tell is known, so that a run that ends early leaves what it has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "analysis/drive_run.h"
#include "report/drive_summary.h"
#include "scenario/drive.h"
#include "scenario/settings.h"

namespace spillway::cli {

class DriveFiles {
 public:
  // Makes <root>/<run id>, which must not exist. Throws Error.
  DriveFiles(const std::string& root, const std::string& run_id);

  const std::string& path() const { return path_; }
  std::string path_of(const std::string& name) const { return path_ + "/" + name; }
  void write(const std::string& name, const std::string& text) const;

  // config.json and manifest.json; the model is empty until it is known.
  void write_settings(const scenario::DriveConfig& config, const scenario::Settings& settings,
                      const analysis::DriveRun& run, const workload::DrivePhases& phases,
                      const workload::PromptPreflight& preflight) const;
  void write_manifests(const workload::DrivePhases& phases) const;
  void write_phase(const analysis::DriveRun& run, const analysis::DrivePhaseRun& phase) const;
  // kvbm_metrics_snapshots.jsonl, summary.json and the report.
  void write_results(const analysis::DriveRun& run, const report::DriveMachine& machine,
                     const std::string& report_file) const;
  // Pages of metrics after pressure and replay, and lists of what is on them.
  void write_pages(const scenario::DriveConfig& config, const analysis::DriveRun& run) const;
  // io/: the samples' files and the report of who moved what.
  void write_io(const scenario::DriveConfig& config, const analysis::DriveRun& run,
                const record::IoSamples& samples, report::DriveMachine& machine) const;

 private:
  std::string path_;
};

}  // namespace spillway::cli
