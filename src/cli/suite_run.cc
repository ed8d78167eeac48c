// SPDX-License-Identifier: Apache-2.0
#include "cli/suite_run.h"

#include <fmt/core.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "cli/bench_run.h"
#include "core/error.h"
#include "record/new_file.h"
#include "record/run_json.h"
#include "report/mlperf_json.h"
#include "report/spreadsheet.h"
#include "scenario/bench_settings.h"
#include "scenario/environment_variables.h"
#include "text/json_writer.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

using scenario::SuiteRun;

std::string plan_json(const scenario::SuitePlan& plan, const SuiteSetUp& set_up) {
  text::JsonWriter json(text::JsonLayout::pretty);
  const auto write = [&](const std::vector<scenario::GivenValue>& settings) {
    json.begin_object();
    for (const scenario::GivenValue& one : settings) json.key(one.setting).value(one.text);
    json.end_object();
  };
  json.begin_object();
  json.key("schema").value("spillway.suite/1");
  json.key("settings");
  write(set_up.settings);
  json.key("runs").begin_object();
  for (const SuiteRun& run : plan.runs) {
    json.key(run.name);
    write(run.settings);
  }
  json.end_object();
  json.end_object();
  return json.text() + "\n";
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A new directory, or that of a suite of the same plan.
void open_directory(const scenario::SuitePlan& plan, const SuiteSetUp& set_up) {
  const std::string& path = set_up.directory;
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) {
    throw Error(fmt::format("make the suite's directory {}: {}", path, failure.message()));
  }
  const std::string plan_path = path + "/suite.json";
  const std::string text = plan_json(plan, set_up);
  if (!fs::exists(plan_path)) {
    if (!fs::is_empty(path)) {
      throw Error(fmt::format(
          "suite's directory {}: holds something else; name another with --suite-dir", path));
    }
    record::write_new_file(plan_path, text);
    return;
  }
  if (text_of(plan_path) != text) {
    throw Error(fmt::format(
        "suite's directory {}: was begun with other workloads or sizes (see its suite.json); call "
        "it as then, or name another with --suite-dir",
        path));
  }
  fmt::print(stderr, "Going on with the suite in {}\n", path);
}

// Results of a run that was cut short stay, under a name of their own.
void put_aside(const std::string& path) {
  for (int number = 1;; ++number) {
    const std::string other = fmt::format("{}.interrupted-{}", path, number);
    if (fs::exists(other)) continue;
    fs::rename(path, other);
    return;
  }
}

std::optional<record::Run> run_so_far(const std::string& path) {
  if (!fs::exists(path)) return std::nullopt;
  record::Run run = record::load_run(path);
  if (run.interrupted == record::Interruption::none) return run;
  put_aside(path);
  return std::nullopt;
}

class Suite {
 public:
  Suite(const scenario::SuitePlan& plan, const SuiteSetUp& set_up, Interruption& interruption)
      : plan_(plan), set_up_(set_up), interruption_(interruption) {
    for (const SuiteRun& run : plan_.runs) {
      compared_.push_back({.name = run.name,
                           .title = run.title,
                           .purpose = run.purpose,
                           .missing = run.skipped.empty() ? "not run yet" : run.skipped});
    }
  }

  SuiteEnd run() {
    open_directory(plan_, set_up_);
    for (std::size_t i = 0; i < plan_.runs.size(); ++i) {
      if (interruption_.first() != 0) return SuiteEnd::interrupted;
      if (plan_.runs[i].skipped.empty()) make(i);
      write_comparison();
    }
    return interruption_.first() != 0 ? SuiteEnd::interrupted : end_;
  }

 private:
  void make(std::size_t number) {
    const SuiteRun& run = plan_.runs[number];
    report::ComparedRun& compared = compared_[number];
    const std::string directory = set_up_.directory + "/" + run.name;
    fmt::print(stderr, "[{}/{}] {}: {}\n", number + 1, plan_.runs.size(), run.name, run.purpose);
    compared.run = run_so_far(directory);
    if (compared.run) {
      fmt::print(stderr, "  kept from before\n");
      return;
    }
    try {
      compared.run = measure(run, directory);
    } catch (const Error& error) {
      fmt::print(stderr, "spillway: {}: {}\n", run.name, error.what());
      compared.missing = fmt::format("failed: {}", error.what());
      end_ = SuiteEnd::some_failed;
    }
  }

  record::Run measure(const SuiteRun& run, const std::string& directory) {
    std::vector<scenario::GivenValue> given = run.settings;
    given.insert(given.end(), set_up_.settings.begin(), set_up_.settings.end());
    given.push_back({.setting = "run-dir", .text = directory});
    scenario::Settings settings(scenario::bench_settings());
    const scenario::ConfigFile file =
        scenario::load_settings(scenario::process_environment(), given, settings);
    const scenario::BenchConfig config = scenario::bench_config(settings, file.models);
    BenchRun done = run_bench(config, settings, interruption_);
    report::write_mlperf_json(done.run, mlperf_options(settings),
                              done.directory + "/requests.jsonl",
                              fmt::format("{}/{}.json", set_up_.directory, run.result));
    report::write_spreadsheet(done.run, mlperf_options(settings).profile,
                              fmt::format("{}/{}.xlsx", set_up_.directory, run.result));
    return std::move(done.run);
  }

  void write_comparison() const {
    const std::string base = set_up_.directory + "/comparison.";
    record::write_new_file(base + "txt", report::comparison_text(compared_));
    record::write_new_file(base + "md", report::comparison_markdown(compared_));
    record::write_new_file(base + "csv", report::comparison_csv(compared_));
    record::write_new_file(base + "json", report::comparison_json(compared_));
  }

  const scenario::SuitePlan& plan_;
  const SuiteSetUp& set_up_;
  Interruption& interruption_;
  std::vector<report::ComparedRun> compared_;
  SuiteEnd end_ = SuiteEnd::whole;
};

}  // namespace

SuiteEnd run_suite(const scenario::SuitePlan& plan, const SuiteSetUp& set_up,
                   Interruption& interruption) {
  return Suite(plan, set_up, interruption).run();
}

}  // namespace spillway::cli
