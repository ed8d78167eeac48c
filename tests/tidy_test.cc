// The house rules that a machine can check: who includes whom, what a header says, what has a test.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace spillway {
namespace {

namespace fs = std::filesystem;

// The ladder: a module includes itself, core, stats, and what stands behind its name.
const std::map<std::string, std::set<std::string>, std::less<>> kMayInclude = {
    {"core", {}},
    {"stats", {}},
    {"async", {}},
    {"kv", {}},
    {"text", {}},
    {"io", {"async"}},
    {"net", {"async", "text"}},
    {"tier", {"io", "net", "kv", "async"}},
    {"workload", {"kv", "text"}},
    {"record", {"text"}},
    {"cache", {"tier", "kv", "async"}},
    {"telemetry", {"record", "net", "async"}},
    {"analysis", {"record"}},
    {"serve", {"cache", "tier", "record", "net", "kv", "async"}},
    {"report", {"analysis", "record"}},
    {"load", {"serve", "workload", "record", "net", "io", "async"}},
    {"scenario",
     {"load", "telemetry", "analysis", "serve", "cache", "tier", "workload", "record", "io", "net",
      "async", "kv", "text"}},
    {"cli",
     {"scenario", "report", "analysis", "record", "kv", "load", "serve", "workload", "text"}},
};

// Slow to compile, or known to one module's .cc files only.
constexpr std::array<std::string_view, 7> kNotInHeaders = {
    "<nlohmann/", "<CLI/", "<simdjson", "<spdlog/", "<regex>", "<boost/asio", "<boost/beast"};

constexpr std::array<std::string_view, 5> kNamesOfNothing = {"util", "common", "helpers", "misc",
                                                             "manager"};

// Files without a test of their own, each with the reason.
const std::map<std::string, std::string, std::less<>> kTestedElsewhere = {
    {"cli/main.cc", "run as a program by cli/program_test"},
    {"cli/bench_command.cc", "run as a program by cli/program_test"},
    {"cli/models_command.cc", "run as a program by cli/program_test"},
    {"cache/index_plan.cc", "a part of cache/index.h"},
    {"cache/index_settle.cc", "a part of cache/index.h"},
    {"record/run_to_json.cc", "record/run_json_test"},
    {"record/run_from_json.cc", "record/run_json_test"},
    {"record/json_fields.cc", "record/run_json_test"},
};

// What is wrong with an include line in a file of `module`; nothing when it is right.
std::optional<std::string> include_fault(std::string_view module, bool header,
                                         std::string_view line) {
  if (!line.starts_with("#include ")) return std::nullopt;
  std::string_view what = line.substr(9);
  what = what.substr(0, what.find_first_of(what.starts_with('"') ? "\"" : ">", 1));
  for (const std::string_view banned : kNotInHeaders) {
    if (header && what.starts_with(banned)) return "a header includes " + std::string(what);
  }
  const std::size_t slash = what.find('/');
  if (!what.starts_with('"') || slash == std::string_view::npos) return std::nullopt;
  const std::string other(what.substr(1, slash - 1));
  const auto rule = kMayInclude.find(module);
  if (rule == kMayInclude.end()) return "there is no rung for " + std::string(module);
  if (other == module || other == "core" || other == "stats" || rule->second.contains(other)) {
    return std::nullopt;
  }
  return std::string(module) + " may not include " + other;
}

std::optional<std::string> header_fault(const std::vector<std::string>& lines) {
  if (lines.empty() || !lines[0].starts_with("// ")) return "does not say what it is for";
  const auto has_licence = [](const std::string& line) {
    return line.find("SPDX-License-Identifier: Apache-2.0") != std::string::npos;
  };
  const auto top = std::find_if(lines.begin(), lines.end(),
                                [](const std::string& line) { return !line.starts_with("//"); });
  return std::any_of(lines.begin(), top, has_licence) ? std::nullopt
                                                      : std::optional("has no licence line");
}

bool is_name_of_nothing(const fs::path& path) {
  return std::ranges::find(kNamesOfNothing, path.stem().string()) != kNamesOfNothing.end();
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

const fs::path kRoot = SPILLWAY_SOURCE_DIR;

std::vector<fs::path> sources() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "src")) {
    const std::string extension = entry.path().extension();
    if (extension == ".h" || extension == ".cc") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

TEST(Ladder, IsNeverClimbedNorCrossed) {
  for (const fs::path& path : sources()) {
    const std::string module = path.parent_path().filename();
    const std::vector<std::string> lines = lines_of(path);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto fault = include_fault(module, path.extension() == ".h", lines[i]);
      EXPECT_FALSE(fault) << path.string() << ":" << i + 1 << ": " << *fault;
    }
  }
}

TEST(Headers, SayWhatTheyAreFor) {
  for (const fs::path& path : sources()) {
    if (path.extension() != ".h") continue;
    const auto fault = header_fault(lines_of(path));
    EXPECT_FALSE(fault) << path.string() << " " << *fault;
  }
}

TEST(Files, HaveNamesThatMeanSomething) {
  for (const fs::path& path : sources()) EXPECT_FALSE(is_name_of_nothing(path)) << path.string();
}

TEST(Sources, HaveATestEach) {
  for (const fs::path& path : sources()) {
    if (path.extension() != ".cc") continue;
    const std::string name = fs::relative(path, kRoot / "src");
    if (kTestedElsewhere.contains(name)) continue;
    const fs::path test =
        kRoot / "tests" / path.parent_path().filename() / (path.stem().string() + "_test.cc");
    EXPECT_TRUE(fs::exists(test)) << name << " has no " << test.string();
  }
}

TEST(Rules, FindAStepUpASidestepAndAHeavyHeader) {
  EXPECT_TRUE(include_fault("core", false, "#include \"cache/cache.h\""));
  EXPECT_TRUE(include_fault("io", false, "#include \"kv/model.h\""));
  EXPECT_TRUE(include_fault("scenario", false, "#include \"report/run_text.h\""));
  EXPECT_TRUE(include_fault("text", true, "#include <nlohmann/json.hpp>"));
  EXPECT_FALSE(include_fault("text", false, "#include <nlohmann/json.hpp>"));
  EXPECT_FALSE(include_fault("tier", true, "#include \"io/queue.h\""));
  EXPECT_FALSE(include_fault("kv", true, "#include \"core/bytes.h\""));
}

TEST(Rules, FindAHeaderWithoutItsWords) {
  EXPECT_TRUE(header_fault({"#pragma once"}));
  EXPECT_TRUE(header_fault({"// What it is for.", "#pragma once"}));
  EXPECT_FALSE(
      header_fault({"// For x.", "// SPDX-License-Identifier: Apache-2.0", "#pragma once"}));
  EXPECT_TRUE(is_name_of_nothing("src/io/util.h"));
}

}  // namespace
}  // namespace spillway
