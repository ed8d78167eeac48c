// The house rules that a machine can check: who includes whom, what a header says, what has a test.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

namespace fs = std::filesystem;

// One row of the ladder: a module includes itself, core, stats, and the modules named here.
struct Rung {
  int height;
  std::string_view module;
  std::vector<std::string_view> may_include;
};

// NOLINTBEGIN(modernize-use-designated-initializers): a table of three columns.
const std::array<Rung, 18> kLadder = {{
    {0, "core", {}},
    {0, "stats", {}},
    {1, "async", {}},
    {1, "kv", {}},
    {1, "text", {}},
    {2, "io", {"async"}},
    {2, "net", {"async", "text"}},
    {3, "tier", {"io", "net", "kv", "async"}},
    {3, "workload", {"kv", "text"}},
    {3, "record", {"text", "kv"}},
    {4, "cache", {"tier", "kv", "async"}},
    {4, "telemetry", {"record", "net", "text", "async"}},
    {4, "analysis", {"record"}},
    {5, "serve", {"cache", "tier", "record", "net", "io", "kv", "text", "async"}},
    {5, "report", {"analysis", "record", "text"}},
    {6, "load", {"serve", "workload", "record", "net", "io", "async"}},
    {7,
     "scenario",
     {"load", "telemetry", "analysis", "serve", "cache", "tier", "workload", "record", "io", "net",
      "async", "kv", "text"}},
    {8, "cli", {"scenario", "report", "analysis", "record", "kv", "text"}},
}};
// NOLINTEND(modernize-use-designated-initializers)

// Slow to compile, or known to one module's .cc files only.
constexpr std::array<std::string_view, 8> kNotInHeaders = {
    "<nlohmann/", "<CLI/",       "<simdjson",    "<spdlog/",
    "<regex",     "<boost/asio", "<boost/beast", "<yaml-cpp/"};

constexpr std::array<std::string_view, 5> kNamesOfNothing = {"util", "common", "helpers", "misc",
                                                             "manager"};

// Files without a test of their own name, each with the reason. A header beside a .cc of its name
// is tested with it; one that stands alone needs a test or a line here.
const std::map<std::string, std::string_view, std::less<>> kTestedElsewhere = {
    {"cache/options.h", "settings, no code"},
    {"cache/policy.h", "an interface; its policies have tests"},
    {"cli/analyse_command.cc", "run as a program by cli/analyse_program_test"},
    {"cli/bench_command.cc", "run as a program by cli/program_test"},
    {"cli/bench_run.cc", "run as a program by cli/program_test"},
    {"cli/check_submission_command.cc", "run as a program by cli/program_test"},
    {"cli/command.h", "an interface; run as a program by cli/program_test"},
    {"cli/drive_command.cc", "run as a program by cli/drive_program_test"},
    {"cli/drive_exports.cc", "run as a program by cli/drive_program_test"},
    {"cli/drive_files.cc", "run as a program by cli/drive_program_test"},
    {"cli/interruption.cc", "run as a program by cli/program_test"},
    {"cli/io_attribution_command.cc", "run as a program by cli/analyse_program_test"},
    {"cli/main.cc", "run as a program by cli/program_test"},
    {"cli/models_command.cc", "run as a program by cli/program_test"},
    {"cli/progress_thread.cc", "run as a program by cli/program_test"},
    {"cli/watch_command.cc", "run as a program by cli/watch_program_test"},
    {"cli/proxy_command.cc", "run as a program by cli/serve_program_test"},
    {"cli/serve_command.cc", "run as a program by cli/serve_program_test"},
    {"cli/suite_command.cc", "run as a program by cli/suite_run_test"},
    {"cli/validate_command.cc", "run as a program by cli/program_test"},
    {"io/transfer.h", "a value and its means; io/queue_test"},
    {"load/slice.h", "a value; load/recorder_test and load/scaling_test"},
    {"kv/tokenizer.h", "an interface; kv/estimator_test"},
    {"record/autoscaling.h", "a value; record/run_json_test"},
    {"record/beside.h", "a value; record/beside_json_test"},
    {"record/capture_error.h", "a value; report/io_attribution_json_test"},
    {"record/device_latency.h", "a value; telemetry/bpftrace_histograms_test"},
    {"record/directory_churn.h", "a value; telemetry/directory_snapshot_test"},
    {"record/histogram_names.h", "a table; record/run_json_test"},
    {"analysis/watch_run.h", "a value; report/watch_text_test, scenario/watch_test"},
    {"record/io_samples.h", "a value; analysis/io_attribution_test"},
    {"record/json_fields.cc", "record/run_json_test"},
    {"record/json_members.cc", "record/run_json_test and drive_record_json_test"},
    {"record/request_row.h", "a value; record/request_log_test"},
    {"record/run_from_json.cc", "record/run_json_test"},
    {"record/run_to_json.cc", "record/run_json_test"},
    {"scenario/suite_workloads.cc", "scenario/suite_test"},
    {"scenario/tier_config.h", "settings, no code; scenario/tiers_test"},
    {"text/code_points.h", "one loop; record/completion_row_test"},
    {"record/completion_fault.h", "names; load/completion_client_test"},
    {"record/kv_mode.cc", "one object; report/drive_summary_test"},
    {"scenario/drive.cc", "run as a program by cli/drive_program_test"},
    {"scenario/drive_setup.cc", "run as a program by cli/drive_program_test"},
    {"scenario/drive_rows.cc", "a table; scenario/drive_settings_test"},
    {"serve/cause.h", "a conversion; scenario/io_trace_log_test"},
    {"serve/engine_figures.h", "a value; serve/engine_test"},
    {"serve/http_figures.h", "a value; serve/metrics_pages_test"},
    {"tier/store.h", "an interface; its stores have tests"},
    {"workload/plan.h", "an interface; workload/trace_plan_test"},
    {"workload/request.h", "a value; workload/trace_plan_test"},
    {"workload/draws.h", "workload/personas_test and listed_turns_test"},
    {"workload/session_options.h", "settings, no code"},
    {"workload/turn_source.h", "an interface; workload/personas_test and listed_turns_test"},
    {"workload/token_range.h", "two numbers, no code"},
};

const Rung* find_rung(std::string_view module) {
  const auto* const rung = std::ranges::find(kLadder, module, &Rung::module);
  return rung == kLadder.end() ? nullptr : rung;
}

bool may_include(const Rung& rung, std::string_view other) {
  return other == rung.module || other == "core" || other == "stats" ||
         std::ranges::find(rung.may_include, other) != rung.may_include.end();
}

// What an include line names, with its opening quote or bracket; empty for any other line.
std::string_view included_by(std::string_view line) {
  if (!line.starts_with("#include ")) return {};
  const std::string_view what = line.substr(9);
  return what.substr(0, what.find_first_of("\">", 1));
}

// What is wrong with an include line in a file of `module`; nothing when it is right.
std::optional<std::string> include_fault(std::string_view module, bool header,
                                         std::string_view line) {
  const std::string_view what = included_by(line);
  for (const std::string_view banned : kNotInHeaders) {
    if (header && what.starts_with(banned)) return "a header includes " + std::string(what) + ">";
  }
  const std::size_t slash = what.find('/');
  if (!what.starts_with('"') || slash == std::string_view::npos) return std::nullopt;
  const std::string_view other = what.substr(1, slash - 1);
  const Rung* const rung = find_rung(module);
  if (rung == nullptr) return std::string(module) + " has no rung";
  if (may_include(*rung, other)) return std::nullopt;
  return std::string(module) + " may not include " + std::string(other);
}

std::optional<std::string> header_fault(const std::vector<std::string>& lines) {
  if (lines.empty() || !lines[0].starts_with("// ") || lines[0].starts_with("// SPDX")) {
    return "does not say in its first line what it is for";
  }
  const auto has_licence = [](const std::string& line) {
    return line.find("SPDX-License-Identifier: Apache-2.0") != std::string::npos;
  };
  const auto code = std::ranges::find_if_not(
      lines, [](const std::string& line) { return line.starts_with("//"); });
  return std::any_of(lines.begin(), code, has_licence) ? std::nullopt
                                                       : std::optional("has no licence line");
}

bool is_name_of_nothing(const fs::path& path) {
  return std::ranges::find(kNamesOfNothing, path.stem().string()) != kNamesOfNothing.end();
}

// Files ("module/name.cc") that should have a test of their name ("module/name") and have none.
std::vector<std::string> untested(const std::set<std::string>& files,
                                  const std::set<std::string>& tests) {
  std::vector<std::string> found;
  for (const std::string& file : files) {
    const std::string name = fs::path(file).replace_extension();
    const bool beside_its_code = file.ends_with(".h") && files.contains(name + ".cc");
    if (!beside_its_code && !tests.contains(name) && !kTestedElsewhere.contains(file)) {
      found.push_back(file);
    }
  }
  return found;
}

const fs::path kRoot = SPILLWAY_SOURCE_DIR;

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Files below `folder` with one of the two extensions, as "module/name.cc".
std::set<std::string> files_below(std::string_view folder, std::string_view one,
                                  std::string_view other) {
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    const std::string extension = entry.path().extension();
    if (extension == one || extension == other) {
      found.insert(fs::relative(entry.path(), kRoot / folder));
    }
  }
  return found;
}

std::set<std::string> sources() { return files_below("src", ".h", ".cc"); }

// Names of tests: tests/io/queue_test.cc is "io/queue".
std::set<std::string> tests() {
  constexpr std::string_view kEnd = "_test.cc";
  std::set<std::string> found;
  for (const std::string& file : files_below("tests", ".cc", ".cc")) {
    if (file.ends_with(kEnd)) found.insert(file.substr(0, file.size() - kEnd.size()));
  }
  return found;
}

TEST(Ladder, LeadsDownward) {
  for (const Rung& rung : kLadder) {
    for (const std::string_view name : rung.may_include) {
      const Rung* const other = find_rung(name);
      ASSERT_NE(other, nullptr) << name;
      EXPECT_LT(other->height, rung.height) << rung.module << " includes " << name;
    }
  }
}

TEST(Ladder, IsNeverClimbedNorCrossed) {
  for (const std::string& file : sources()) {
    const std::string module = fs::path(file).parent_path();
    const std::vector<std::string> lines = lines_of(kRoot / "src" / file);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto fault = include_fault(module, file.ends_with(".h"), lines[i]);
      EXPECT_FALSE(fault) << "src/" << file << ":" << i + 1 << ": " << fault.value_or("");
    }
  }
}

TEST(Ladder, RefusesAStepUpASidestepAndAStranger) {
  EXPECT_TRUE(include_fault("core", false, "#include \"cache/cache.h\""));
  EXPECT_TRUE(include_fault("io", false, "#include \"kv/model.h\""));
  EXPECT_TRUE(include_fault("scenario", false, "#include \"report/run_text.h\""));
  EXPECT_TRUE(include_fault("report", true, "#include \"serve/replica.h\""));
  EXPECT_TRUE(include_fault("gadgets", false, "#include \"core/bytes.h\""));
  EXPECT_FALSE(include_fault("tier", true, "#include \"io/queue.h\""));
  EXPECT_FALSE(include_fault("kv", true, "#include \"core/bytes.h\""));
  EXPECT_FALSE(include_fault("kv", true, "#include \"kv/model.h\""));
  EXPECT_FALSE(include_fault("kv", true, "// cache/cache.h is above"));
}

TEST(Headers, StayLight) {
  EXPECT_TRUE(include_fault("text", true, "#include <nlohmann/json.hpp>"));
  EXPECT_TRUE(include_fault("async", true, "#include <boost/asio/io_context.hpp>"));
  EXPECT_TRUE(include_fault("kv", true, "#include <regex>"));
  EXPECT_FALSE(include_fault("text", false, "#include <nlohmann/json.hpp>"));
  EXPECT_FALSE(include_fault("text", true, "#include <map>"));
}

TEST(Headers, SayWhatTheyAreFor) {
  for (const std::string& file : sources()) {
    if (!file.ends_with(".h")) continue;
    const auto fault = header_fault(lines_of(kRoot / "src" / file));
    EXPECT_FALSE(fault) << "src/" << file << " " << fault.value_or("");
  }
}

TEST(Headers, NeedBothASentenceAndTheLicence) {
  const std::string licence = "// SPDX-License-Identifier: Apache-2.0";
  EXPECT_FALSE(header_fault({"// For x.", licence, "#pragma once"}));
  EXPECT_FALSE(header_fault({"// For x,", "// and y.", licence, "#pragma once"}));
  EXPECT_TRUE(header_fault({}));
  EXPECT_TRUE(header_fault({"#pragma once"}));
  EXPECT_TRUE(header_fault({licence, "#pragma once"}));
  EXPECT_TRUE(header_fault({"// For x.", "#pragma once", licence}));
}

TEST(Files, HaveNamesThatMeanSomething) {
  for (const std::string& file : sources()) EXPECT_FALSE(is_name_of_nothing(file)) << file;
  EXPECT_TRUE(is_name_of_nothing("io/util.h"));
  EXPECT_TRUE(is_name_of_nothing("io/manager.cc"));
  EXPECT_FALSE(is_name_of_nothing("io/queue.h"));
}

TEST(Sources, HaveATestEach) {
  for (const std::string& file : untested(sources(), tests())) {
    ADD_FAILURE() << "src/" << file << " has no test tests/"
                  << fs::path(file).replace_extension().string() << "_test.cc";
  }
}

TEST(Sources, AreMissedWhenTheyHaveNoTest) {
  const std::set<std::string> files = {"io/a.cc", "io/a.h", "io/b.h", "io/c.cc"};
  EXPECT_EQ(untested(files, {"io/a", "io/b"}), std::vector<std::string>{"io/c.cc"});
  EXPECT_EQ(untested(files, {"io/c"}), (std::vector<std::string>{"io/a.cc", "io/b.h"}));
}

TEST(Sources, ThatAreTestedElsewhereExistAndHaveNoTestOfTheirOwn) {
  const std::set<std::string> files = sources();
  const std::set<std::string> names = tests();
  for (const auto& [file, reason] : kTestedElsewhere) {
    EXPECT_TRUE(files.contains(file)) << file;
    EXPECT_FALSE(names.contains(fs::path(file).replace_extension())) << file;
    EXPECT_FALSE(reason.empty()) << file;
  }
}

}  // namespace
// Names of tests as they stand in the sources: "Suite.Name".
std::set<std::string> tests_of_the_house() {
  static const std::regex kTest(R"(^TEST(_F|_P)?\((\w+), (\w+))");
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "tests")) {
    if (entry.path().extension() != ".cc") continue;
    for (const std::string& line : lines_of(entry.path())) {
      std::smatch match;
      if (std::regex_search(line, match, kTest)) names.insert(match.str(2) + "." + match.str(3));
    }
  }
  return names;
}

TEST(Answers, EveryWeaknessHasARowWhoseTestsThereAre) {
  static const std::regex kRow(R"(^\| (\d+) \|)");
  static const std::regex kName(R"(`(\w+\.)(\w+|\*)`)");
  const std::set<std::string> tests = tests_of_the_house();
  std::size_t rows = 0;
  std::vector<std::size_t> sections;  // how many rows each has
  for (const std::string& line : lines_of(kRoot / "docs/answers.md")) {
    if (line.starts_with("## ")) {
      if (rows > 0) sections.push_back(rows);
      rows = 0;
    }
    std::smatch row;
    if (!std::regex_search(line, row, kRow)) continue;
    EXPECT_EQ(std::stoul(row.str(1)), ++rows);
    bool named = false;
    const std::string cell = line.substr(line.rfind('|', line.size() - 2));
    for (std::sregex_iterator name(cell.begin(), cell.end(), kName), end; name != end; ++name) {
      named = true;
      const std::string suite = name->str(1);
      const auto found = tests.lower_bound(suite);
      const bool whole = name->str(2) == "*";
      EXPECT_TRUE(whole ? found != tests.end() && found->starts_with(suite)
                        : tests.contains(suite + name->str(2)))
          << name->str(0);
    }
    const bool is_open = line.find("Open:") != std::string::npos;
    EXPECT_TRUE(named || is_open || cell.find("`bench/`") != std::string::npos) << line;
  }
  sections.push_back(rows);
  EXPECT_EQ(sections, (std::vector<std::size_t>{57, 25}));
}

}  // namespace spillway
