// SPDX-License-Identifier: Apache-2.0
#include "scenario/scenario_file.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include <yaml-cpp/yaml.h>

#include "core/error.h"

namespace spillway::scenario {
namespace {

using workload::PhaseRole;
using workload::PromptGroup;
using workload::PromptKind;

constexpr std::uint64_t kMost = 1'000'000'000;
constexpr std::size_t kMostPhases = 1'000;
constexpr std::uint64_t kMostConcurrent = std::numeric_limits<std::uint32_t>::max();

// Reads the nodes of one file; every complaint has its place.
class Reader {
 public:
  Reader(const ScenarioText& text, const Settings& settings) : text_(text), settings_(settings) {}

  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    throw Error(fmt::format("{}:{}: {}", text_.file, node.Mark().line + 1, what));
  }

  std::string scalar(const YAML::Node& node) const {
    if (!node.IsScalar()) fail(node, "expected one word or number");
    return node.Scalar();
  }

  void check_keys(const YAML::Node& map, const std::set<std::string>& known) const {
    if (!map.IsMap()) fail(map, "expected keys and values");
    for (const auto& entry : map) {
      const std::string key = scalar(entry.first);
      if (!known.contains(key)) {
        fail(entry.first, fmt::format("unknown key {}; known are {}", key, fmt::join(known, ", ")));
      }
    }
  }

  std::string text(const YAML::Node& map, const char* key) const {
    const YAML::Node node = map[key];
    if (!node) fail(map, fmt::format("{} is missing", key));
    return scalar(node);
  }

  std::uint64_t count(const YAML::Node& map, const char* key, std::uint64_t initial) const {
    const YAML::Node node = map[key];
    return node ? number(node) : initial;
  }

  // A number, a setting, or the first that was given, the largest, the smallest or the product of
  // several.
  std::uint64_t number(const YAML::Node& node) const {
    const std::optional<std::uint64_t> value = number_if(node);
    if (!value) fail(node, "none of the settings has a value");
    return at_most(node, *value);
  }

  std::string choice(const YAML::Node& node) const {
    const std::string value = scalar(node);
    return is_setting(value) ? settings_.text(setting_of(node, value)) : value;
  }

  workload::TokenRange range(const YAML::Node& node) const {
    if (node.IsSequence() && node.size() == 2) {
      const workload::TokenRange range{.low = number(node[0]), .high = number(node[1])};
      if (range.low == 0 || range.low > range.high) fail(node, "expected [least, most] tokens");
      return range;
    }
    if (!node.IsScalar()) fail(node, "expected [least, most] tokens");
    return setting_range(setting_of(node, node.Scalar()));
  }
  workload::TokenRange setting_range(const std::string& name) const {
    const Range range = settings_.range(name);
    return {.low = static_cast<std::uint64_t>(range.low),
            .high = static_cast<std::uint64_t>(range.high)};
  }
  std::uint64_t seed() const { return settings_.integer("seed"); }

  // The name behind a `$`, of a setting that there is.
  std::string setting_of(const YAML::Node& node, const std::string& value) const {
    const std::string name = is_setting(value) ? value.substr(1) : "";
    const auto effective = settings_.effective();
    const bool known = std::ranges::any_of(
        effective, [&](const record::Setting& one) { return one.name == name; });
    if (!known) fail(node, fmt::format("{} is no setting of spillway drive, such as $seed", value));
    return name;
  }

 private:
  static bool is_setting(const std::string& value) { return value.starts_with('$'); }

  std::optional<std::uint64_t> number_if(const YAML::Node& node) const {
    if (node.IsScalar()) return scalar_number(node);
    if (!node.IsMap() || node.size() != 1) {
      fail(node, "expected a number, a $setting, or one of first, largest, smallest, times");
    }
    // Copies: what an iterator of yaml-cpp points to is gone with the expression.
    const std::string rule = scalar((*node.begin()).first);
    const YAML::Node values = (*node.begin()).second;
    if (!values.IsSequence() || values.size() == 0) fail(node, "expected a list of values");
    if (rule == "first") return first_of(values);
    if (rule != "largest" && rule != "smallest" && rule != "times") {
      fail(node, fmt::format("unknown rule {}; known are first, largest, smallest, times", rule));
    }
    std::optional<std::uint64_t> result;
    for (const YAML::Node& one : values) {
      const std::uint64_t value = number(one);
      if (!result) {
        result = value;
      } else if (rule == "largest") {
        result = std::max(*result, value);
      } else if (rule == "smallest") {
        result = std::min(*result, value);
      } else {
        result = at_most(node, *result * value);
      }
    }
    return result;
  }

  std::optional<std::uint64_t> first_of(const YAML::Node& values) const {
    for (const YAML::Node& one : values) {
      if (const auto value = number_if(one)) return value;
    }
    return std::nullopt;
  }

  std::uint64_t at_most(const YAML::Node& node, std::uint64_t value) const {
    if (value > kMost) fail(node, fmt::format("above {}", kMost));
    return value;
  }

  std::optional<std::uint64_t> scalar_number(const YAML::Node& node) const {
    const std::string value = node.Scalar();
    if (is_setting(value)) {
      const std::string name = setting_of(node, value);
      return settings_.is_set(name) ? std::optional(settings_.integer(name)) : std::nullopt;
    }
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) {
      fail(node, fmt::format("{}: expected a whole number or a $setting", value));
    }
    return number;
  }

  const ScenarioText& text_;
  const Settings& settings_;
};

template <typename Value, std::size_t N>
Value named(const Reader& reader, const YAML::Node& node, const std::string& name,
            const std::array<std::pair<std::string_view, Value>, N>& values) {
  std::string known;
  for (const auto& [one, value] : values) {
    if (one == name) return value;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", one);
  }
  reader.fail(node, fmt::format("{}: expected one of {}", name, known));
}

// NOLINTBEGIN(modernize-use-designated-initializers): tables of two columns.
constexpr std::array<std::pair<std::string_view, PromptKind>, 5> kKinds = {{
    {"documents", PromptKind::documents},
    {"bursts", PromptKind::bursts},
    {"sessions", PromptKind::sessions},
    {"other_sessions", PromptKind::other_sessions},
    {"workload", PromptKind::workload},
}};
constexpr std::array<std::pair<std::string_view, PhaseRole>, 5> kRoles = {{
    {"warmup", PhaseRole::warmup},
    {"measure", PhaseRole::measure},
    {"baseline", PhaseRole::baseline},
    {"pressure", PhaseRole::pressure},
    {"replay", PhaseRole::replay},
}};
constexpr std::array<std::pair<std::string_view, workload::LengthSet>, 3> kLengths = {{
    {"short", workload::LengthSet::short_},
    {"long", workload::LengthSet::long_},
    {"mixed", workload::LengthSet::mixed},
}};
// NOLINTEND(modernize-use-designated-initializers)

std::set<std::string> keys_of(PromptKind kind) {
  std::set<std::string> keys = {"<<", "kind", "count"};
  if (kind != PromptKind::workload) keys.insert("seed_offset");
  switch (kind) {
    case PromptKind::documents:
      keys.insert({"lengths", "tokens", "set"});
      break;
    case PromptKind::bursts:
      keys.insert({"sessions", "burst", "prefix_tokens"});
      break;
    case PromptKind::sessions:
      keys.insert({"turns", "prefix_tokens"});
      break;
    case PromptKind::other_sessions:
      keys.insert("prefix_tokens");
      break;
    case PromptKind::workload:
      break;
  }
  return keys;
}

// yaml-cpp leaves the merge key `<<` as a key: what it brings is taken where nothing else is given.
YAML::Node merged(const Reader& reader, const YAML::Node& map) {
  if (!map.IsMap()) reader.fail(map, "expected keys and values");
  const YAML::Node base = map["<<"];
  if (!base) return map;
  if (!base.IsMap()) reader.fail(base, "<< takes keys and values of another map");
  YAML::Node all = YAML::Clone(base);
  for (const auto& entry : map) {
    const std::string key = reader.scalar(entry.first);
    if (key != "<<") all[key] = entry.second;
  }
  return all;
}

PromptGroup read_group(const Reader& reader, const std::string& name, const YAML::Node& given) {
  const YAML::Node map = merged(reader, given);
  PromptGroup group;
  group.name = name;
  group.kind = named(reader, given, reader.text(map, "kind"), kKinds);
  reader.check_keys(map, keys_of(group.kind));
  group.count = reader.count(map, "count", 1);
  group.seed = reader.seed() + reader.count(map, "seed_offset", 0);
  group.short_range = reader.setting_range("short-range");
  group.long_range = reader.setting_range("long-range");
  if (map["lengths"]) group.lengths = named(reader, given, reader.choice(map["lengths"]), kLengths);
  if (map["tokens"]) {
    if (map["lengths"]) reader.fail(given, "give lengths or tokens");
    group.lengths = workload::LengthSet::long_;
    group.long_range = reader.range(map["tokens"]);
  }
  if (map["set"]) group.set_name = reader.text(map, "set");
  group.sessions = reader.count(map, "sessions", group.sessions);
  group.burst = reader.count(map, "burst", group.burst);
  group.turns = reader.count(map, "turns", group.turns);
  group.prefix_tokens = reader.count(map, "prefix_tokens", group.prefix_tokens);
  return group;
}

// "replay", "replay_2"; "reuse_{n}" is "reuse_1", "reuse_2".
std::string name_of_repeat(const std::string& name, std::uint64_t repeat) {
  const std::size_t place = name.find("{n}");
  if (place != std::string::npos) {
    return name.substr(0, place) + std::to_string(repeat) + name.substr(place + 3);
  }
  return repeat == 1 ? name : fmt::format("{}_{}", name, repeat);
}

void read_phase(const Reader& reader, const YAML::Node& map, workload::ScenarioSpec& spec) {
  reader.check_keys(map, {"name", "role", "prompts", "concurrency", "repeat"});
  workload::PhaseSpec phase;
  const std::string name = reader.text(map, "name");
  phase.role = named(reader, map, reader.text(map, "role"), kRoles);
  phase.prompts = reader.text(map, "prompts");
  const std::uint64_t concurrency = reader.count(map, "concurrency", 1);
  if (concurrency == 0 || concurrency > kMostConcurrent) {
    reader.fail(map, "concurrency: above 0, and not that many");
  }
  phase.concurrency = static_cast<std::uint32_t>(concurrency);
  if (std::ranges::find(spec.groups, phase.prompts, &PromptGroup::name) == spec.groups.end()) {
    reader.fail(map, fmt::format("there are no prompts {}", phase.prompts));
  }
  const std::uint64_t repeats = reader.count(map, "repeat", 1);
  for (std::uint64_t repeat = 1; repeat <= repeats; ++repeat) {
    if (spec.phases.size() == kMostPhases) {
      reader.fail(map, fmt::format("more than {} phases", kMostPhases));
    }
    phase.name = name_of_repeat(name, repeat);
    if (std::ranges::find(spec.phases, phase.name, &workload::PhaseSpec::name) !=
        spec.phases.end()) {
      reader.fail(map, fmt::format("two phases are named {}", phase.name));
    }
    spec.phases.push_back(phase);
  }
}

YAML::Node load(const ScenarioText& text) {
  try {
    YAML::Node root = YAML::Load(text.yaml);
    if (!root.IsMap()) throw Error(fmt::format("{}: expected prompts and phases", text.file));
    return root;
  } catch (const YAML::Exception& error) {
    throw Error(fmt::format("{}:{}: {}", text.file, error.mark.line + 1, error.msg));
  }
}

}  // namespace

ScenarioText find_scenario(const std::string& name_or_path) {
  std::vector<std::string_view> names;
  for (const BuiltInScenario& one : built_in_scenarios()) {
    if (one.name == name_or_path) {
      return {.name = name_or_path, .file = name_or_path + ".yaml", .yaml = std::string(one.yaml)};
    }
    names.push_back(one.name);
  }
  const std::filesystem::path path(name_or_path);
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw Error(
        fmt::format("there is no scenario {}: neither one of {}, nor a YAML file that can be read",
                    name_or_path, fmt::join(names, ", ")));
  }
  return {.name = path.stem().string(),
          .file = name_or_path,
          .yaml = {std::istreambuf_iterator<char>(file), {}}};
}

void apply_scenario_settings(const ScenarioText& text, Settings& settings) {
  const YAML::Node root = load(text);
  const Reader reader(text, settings);
  const YAML::Node given = root["settings"];
  if (!given) return;
  if (!given.IsMap()) reader.fail(given, "expected settings and their values");
  for (const auto& entry : given) {
    const std::string name = reader.scalar(entry.first);
    if (name == "scenario") reader.fail(entry.first, "a scenario does not choose another");
    if (settings.was_given(reader.setting_of(entry.first, "$" + name))) continue;
    const std::string value = reader.scalar(entry.second);
    try {
      settings.set(name, value, record::Origin::file, name);
    } catch (const Error& error) {
      reader.fail(entry.first, error.what());
    }
  }
}

workload::ScenarioSpec read_scenario(const ScenarioText& text, const Settings& settings) {
  const YAML::Node root = load(text);
  const Reader reader(text, settings);
  try {
    reader.check_keys(root, {"settings", "prompts", "phases"});
    workload::ScenarioSpec spec;
    if (!root["prompts"] || !root["prompts"].IsMap()) reader.fail(root, "prompts are missing");
    for (const auto& entry : root["prompts"]) {
      spec.groups.push_back(read_group(reader, reader.scalar(entry.first), entry.second));
    }
    if (!root["phases"] || !root["phases"].IsSequence()) reader.fail(root, "phases are missing");
    for (const YAML::Node& phase : root["phases"]) read_phase(reader, phase, spec);
    if (spec.phases.empty()) reader.fail(root["phases"], "there is no phase");
    return spec;
  } catch (const YAML::Exception& error) {
    throw Error(fmt::format("{}:{}: {}", text.file, error.mark.line + 1, error.msg));
  }
}

}  // namespace spillway::scenario
