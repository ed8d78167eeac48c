// DriveSetup: what a run against a serving endpoint consists of, before anything is sent:
// tokenizer, prompts, phases, and the endpoint of our own where none is given.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "analysis/drive_run.h"
#include "kv/tokenizer.h"
#include "record/device_metadata.h"
#include "scenario/drive.h"
#include "scenario/drive_settings.h"
#include "scenario/embedded_server.h"
#include "scenario/environment_variables.h"
#include "scenario/scenario_file.h"
#include "scenario/settings.h"
#include "workload/drive_phases.h"

namespace spillway::scenario {

class DriveSetup {
 public:
  DriveSetup(const Settings& settings, const DriveConfig& config);

  const workload::DrivePhases& phases() const { return phases_; }
  const workload::PromptPreflight& preflight() const { return preflight_; }
  const kv::Tokenizer& tokenizer() const { return *tokenizer_; }

  // A run of which nothing has happened yet.
  analysis::DriveRun describe(UtcTime created, const EnvironmentVariables& environment) const;
  // Its phases, of which none has been sent.
  void plan(analysis::DriveRun& run) const;

  // spillway serve for this run, on these processors: tiers by the mode, and an engine that takes
  // the largest request.
  EmbeddedServerOptions server_options(const std::string& run_directory,
                                       std::vector<unsigned> cpus) const;
  // The same within this process, for virtual time.
  DriveEndpoint in_process(DriveConfig& config, analysis::DriveRun& run) const;
  // Puts the server's pages, process, cache directory and block device in the place of what was not
  // given, and says so in the run's notes.
  DriveEndpoint adopt(const EmbeddedServer& server, DriveConfig& config,
                      analysis::DriveRun& run) const;

 private:
  const DriveConfig& config_;
  std::unique_ptr<kv::Tokenizer> tokenizer_;
  ScenarioText scenario_;
  workload::ScenarioSpec spec_;
  std::unique_ptr<workload::Plan> workload_;  // null: the scenario asks for none
  workload::DrivePhases phases_;
  workload::PromptPreflight preflight_;
};

// Asks the machine's tools; a tool that hangs is ended after 20 s.
record::DeviceMetadata device_metadata_of(const DriveConfig& config, const std::string& stage);

// The method by which --io-attrib sees open files, for its report.
std::string open_file_method();

}  // namespace spillway::scenario
