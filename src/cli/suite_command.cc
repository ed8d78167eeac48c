// SPDX-License-Identifier: Apache-2.0
#include "cli/suite_command.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/bench_run.h"
#include "cli/interruption.h"
#include "cli/suite_run.h"
#include "scenario/suite.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

constexpr double kMostSeconds = 1e6;
constexpr double kMostUsers = 1e6;

// Where a benchmark's drive is usually mounted; empty when there is neither.
std::string usual_cache_directory() {
  for (const char* const path : {"/mnt/nvme", "/mnt/ssd"}) {
    if (fs::is_directory(path) && ::access(path, W_OK) == 0) return path;
  }
  return "";
}

class SuiteCommand final : public Command {
 public:
  explicit SuiteCommand(CLI::App& program)
      : app_(program.add_subcommand(
            "suite", "Run the MLPerf KV-cache benchmark's workloads and compare them")) {
    add_sizes();
    app_->add_option("-w,--workloads", options_.workloads,
                     "names with commas between them; capital letters and spaces do not count "
                     "[all but those of the fixed suite]")
        ->type_name("NAMES");
    app_->add_flag("-R,--rag", options_.rag,
                   "documents and queries of them, where tiers are tried");
    app_->add_option("-D,--rag-num-docs", options_.documents, "documents [10]")
        ->check(CLI::Range(1.0, kMostUsers))
        ->type_name("N");
    app_->add_flag("--no-modelled-gpu", no_modelled_gpu_,
                   "skip what needs a graphics card where there is none, instead of modelling it");
    app_->add_flag("--quick", options_.quick,
                   "the same shape on small sizes, in about five minutes");
    add_places();
    app_->footer(
        "Workloads:\n" + scenario::suite_workloads_text() +
        "Examples:\n"
        "  spillway suite --quick --cache-dir /mnt/nvme/kv\n"
        "  spillway suite -m mistral-7b -w storage,saturation,autoscale -s 300\n"
        "Results: comparison.txt, .md, .csv and .json in --suite-dir, a directory and the\n"
        "MLPerf result file of each run. The same command goes on where it was stopped.\n"
        "Statuses: 0 all ran, 2 bad input or a run failed, 130 interrupted.");
  }

  bool chosen() const override { return app_->parsed(); }

  int run() override {
    options_.modelled_gpu = !no_modelled_gpu_;
    take_given_sizes();
    const scenario::SuiteMachine machine = scenario::suite_machine();
    const scenario::SuitePlan plan = scenario::plan_suite(options_, machine);
    const SuiteSetUp set_up = make_set_up();
    tell(machine, plan, set_up);
    Interruption interruption;
    const SuiteEnd end = run_suite(plan, set_up, interruption);
    std::ifstream comparison(set_up.directory + "/comparison.txt");
    for (std::string line; std::getline(comparison, line);) fmt::print("{}\n", line);
    fmt::print("\nResults: {}\n", set_up.directory);
    if (end == SuiteEnd::interrupted) return kInterrupted;
    return end == SuiteEnd::whole ? kSuccess : kUsage;
  }

 private:
  struct Sizes {
    std::uint64_t tier_s = 0;
    std::uint64_t saturation_s = 0;
    std::uint64_t production_s = 0;
    std::uint64_t autoscale_s = 0;
    std::uint64_t users = 0;
    std::uint64_t high_users = 0;
  };

  CLI::Option* add_size(const std::string& names, std::uint64_t& value, double most,
                        const std::string& help) {
    return app_->add_option(names, value, help)->check(CLI::Range(1.0, most))->type_name("N");
  }

  void add_sizes() {
    app_->add_option("-m,--model,model", options_.model,
                     "model of the workloads that name none [llama3.1-8b]")
        ->type_name("NAME");
    add_size("-t,--tier-seconds", sizes_.tier_s, kMostSeconds, "for each tier workload [120]");
    add_size("-s,--saturation-seconds", sizes_.saturation_s, kMostSeconds,
             "for storage-saturation [180]");
    add_size("-r,--production-seconds", sizes_.production_s, kMostSeconds, "for production [180]");
    add_size("-a,--autoscale-seconds", sizes_.autoscale_s, kMostSeconds,
             "for each search for users [300]");
    add_size("-u,--users", sizes_.users, kMostUsers, "users of the usual workloads [50]");
    add_size("-U,--high-users", sizes_.high_users, kMostUsers,
             "users of those under pressure [10 for each GiB of RAM, 50 to 300]");
  }

  void add_places() {
    app_->add_option("-c,--cache-dir", cache_directory_,
                     "empty directory for the storage tier, on the drive to measure [/mnt/nvme or "
                     "/mnt/ssd where one is, else a temporary one]")
        ->type_name("PATH");
    app_->add_option("--storage-capacity-gb", capacity_, "of every run's storage tier [by space]")
        ->type_name("SIZE");
    app_->add_option("--clock", clock_, "real, or virtual: nothing is measured, all is modelled")
        ->type_name("NAME");
    app_->add_option("--config", config_, "YAML file of settings for all runs")->type_name("PATH");
    app_->add_option("--suite-dir", directory_, "directory of the results [runs/suite-<time>]")
        ->type_name("PATH");
  }

  void take_given_sizes() {
    const auto given = [](std::uint64_t value) {
      return value == 0 ? std::nullopt : std::optional(value);
    };
    options_.tier_s = given(sizes_.tier_s);
    options_.saturation_s = given(sizes_.saturation_s);
    options_.production_s = given(sizes_.production_s);
    options_.autoscale_s = given(sizes_.autoscale_s);
    options_.users = given(sizes_.users);
    options_.high_users = given(sizes_.high_users);
  }

  SuiteSetUp make_set_up() const {
    SuiteSetUp set_up;
    set_up.directory = directory_.empty() ? new_results_name("suite") : directory_;
    const auto add = [&](const char* name, const std::string& text) {
      if (!text.empty()) set_up.settings.push_back({.setting = name, .text = text});
    };
    const bool is_virtual = clock_ == "virtual";
    add("cache-dir",
        cache_directory_.empty() && !is_virtual ? usual_cache_directory() : cache_directory_);
    add("storage-capacity-gb", capacity_);
    add("clock", clock_);
    add("config", config_);
    return set_up;
  }

  static void tell(const scenario::SuiteMachine& machine, const scenario::SuitePlan& plan,
                   const SuiteSetUp& set_up) {
    fmt::print(
        stderr, "{} runs for {} GiB of RAM, {}\n", plan.runs.size(), machine.ram_gib,
        machine.gpu_gib ? fmt::format("a card of {} GiB", *machine.gpu_gib) : "no graphics card");
    for (const std::string& warning : plan.warnings) fmt::print(stderr, "Note: {}\n", warning);
    const auto places = [](const scenario::GivenValue& one) {
      return one.setting == "cache-dir" || (one.setting == "clock" && one.text == "virtual");
    };
    if (std::ranges::none_of(set_up.settings, places)) {
      fmt::print(stderr, "Note: no --cache-dir: the drive under the temporary directory is used\n");
    }
  }

  CLI::App* app_;
  scenario::SuiteOptions options_;
  Sizes sizes_;
  std::string cache_directory_;
  std::string capacity_;
  std::string clock_;
  std::string config_;
  std::string directory_;
  bool no_modelled_gpu_ = false;
};

}  // namespace

std::unique_ptr<Command> suite_command(CLI::App& program) {
  return std::make_unique<SuiteCommand>(program);
}

}  // namespace spillway::cli
