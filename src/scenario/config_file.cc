// SPDX-License-Identifier: Apache-2.0
#include "scenario/config_file.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "core/bytes.h"
#include "core/error.h"
#include "scenario/config_model.h"
#include "scenario/faults.h"
#include "text/file_window.h"

namespace spillway::scenario {
namespace {

constexpr Bytes kLargestFile = 1_MiB;
constexpr std::string_view kModels = "model_configs";
// They decide what is read before the file; load_settings() takes them from elsewhere.
constexpr std::array<std::string_view, 2> kNotInAFile = {"preset", "config"};

// The keys of the tier benchmark's own file, so that such a file can be taken as it is.
struct Section {
  std::string_view path;
  std::vector<std::string_view> keys;
};

const std::vector<Section>& sections() {
  static const std::vector<std::string_view> persona = {"context_range", "generation_range",
                                                        "think_time_range"};
  static const std::vector<std::string_view> level = {
      "target_latency_p95_ms", "target_latency_p99_ms", "target_latency_p999_ms",
      "target_latency_p9999_ms", "priority"};
  static const std::vector<Section> all = {
      {.path = "user_templates.chatbot", .keys = persona},
      {.path = "user_templates.coding", .keys = persona},
      {.path = "user_templates.document", .keys = persona},
      {.path = "generation_timing", .keys = {"none", "fast", "realistic"}},
      {.path = "qos_profiles.interactive", .keys = level},
      {.path = "qos_profiles.responsive", .keys = level},
      {.path = "qos_profiles.batch", .keys = level},
      {.path = "qos_distribution", .keys = {"interactive_probability", "responsive_threshold"}},
      {.path = "eviction",
       .keys = {"max_recursion_depth", "target_usage_ratio", "large_entry_limit_ratio",
                "max_evictions_hard_cap", "max_evictions_min"}},
      {.path = "gpu_backend",
       .keys = {"memory_fraction", "max_eviction_attempts", "free_memory_threshold"}},
      {.path = "prefix_cache",
       .keys = {"min_prefix_length", "max_prefix_entries", "system_prompt_hit_probability"}},
      {.path = "rag",
       .keys = {"chunk_size_tokens", "top_k_chunks", "max_chunk_bytes", "request_probability",
                "retrieval_distribution", "max_documents", "large_model_doc_tokens_min",
                "large_model_doc_tokens_max", "small_model_doc_tokens_min",
                "small_model_doc_tokens_max"}},
      {.path = "conversation",
       .keys = {"max_conversations", "max_turns_per_conv", "end_conversation_probability"}},
      {.path = "autoscaler",
       .keys = {"min_users", "max_users", "scale_up_factor", "scale_down_factor",
                "consecutive_samples_required"}},
      {.path = "decode", .keys = {"batch_size"}},
      {.path = "sharegpt",
       .keys = {"max_context_tokens", "max_generation_tokens", "chars_per_token_estimate"}},
      {.path = "saturation_detection",
       .keys = {"read_latency_p95_threshold_ms", "write_latency_p95_threshold_ms",
                "queue_depth_threshold", "history_window_size"}},
      {.path = "validation_limits",
       .keys = {"max_users", "max_duration_seconds", "max_gpu_memory_gb", "max_cpu_memory_gb"}},
  };
  return all;
}

std::string with_dashes(std::string path) {
  std::ranges::replace_if(path, [](char c) { return c == '.' || c == '_'; }, '-');
  return path;
}

// Every dotted path that may stand in a file, with the setting it names. Names below the
// settings' own section are kept with dashes.
using Paths = std::map<std::string, const Setting*, std::less<>>;

Paths known_paths(const Settings& settings) {
  Paths paths;
  for (const Section& section : sections()) {
    for (const std::string_view key : section.keys) {
      const std::string path = fmt::format("{}.{}", section.path, key);
      if (const Setting* const row = settings.find(with_dashes(path))) paths.emplace(path, row);
    }
  }
  for (const Setting& row : settings.table()) {
    if (std::ranges::find(kNotInAFile, row.name) != kNotInAFile.end()) continue;
    paths.emplace(fmt::format("{}.{}", settings.section(), row.name), &row);
  }
  return paths;
}

// The keys that may stand directly below `path`; at the top when it is empty.
std::vector<std::string> keys_below(const Paths& paths, const std::string& path) {
  const std::string before = path.empty() ? "" : path + ".";
  std::set<std::string> keys;
  if (path.empty()) keys.emplace(kModels);
  for (const auto& [known, row] : paths) {
    if (!known.starts_with(before)) continue;
    keys.insert(known.substr(before.size(), known.find('.', before.size()) - before.size()));
  }
  return {keys.begin(), keys.end()};
}

std::string join(const std::string& path, const std::string& key, std::string_view section) {
  if (path.empty()) return key;
  return path + "." + (path == section ? with_dashes(key) : key);
}

// Plain scalars have the type that they look like; quoted and tagged ones are text.
bool is_plain(const YAML::Node& node) { return node.IsScalar() && node.Tag() == "?"; }

bool is_number(const YAML::Node& node) {
  if (!is_plain(node)) return false;
  const std::string& text = node.Scalar();
  double number = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end;
}

std::optional<bool> as_boolean(const YAML::Node& node) {
  bool value = false;
  if (!is_plain(node) || !YAML::convert<bool>::decode(node, value)) return std::nullopt;
  return value;
}

std::string kind_of(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (node.IsNull()) return "nothing";
  return fmt::format("\"{}\"", node.Scalar());
}

// The value as it would be typed on the command line; nothing when it is of another type than the
// setting, and what was expected then.
struct Typed {
  std::optional<std::string> text;
  std::string_view expected;
};

Typed ends_of(const YAML::Node& node) {
  constexpr std::string_view kExpected = "two numbers [low, high]";
  const bool pair = node.IsSequence() && node.size() == 2;
  if (!pair || !is_number(node[0]) || !is_number(node[1]))
    return {.text = {}, .expected = kExpected};
  return {.text = fmt::format("{},{}", node[0].Scalar(), node[1].Scalar()), .expected = kExpected};
}

Typed lines_of(const YAML::Node& node) {
  constexpr std::string_view kExpected = "a text or a list of texts";
  if (node.IsScalar()) return {.text = node.Scalar(), .expected = kExpected};
  std::string lines;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar()) return {.text = {}, .expected = kExpected};
    lines += (lines.empty() ? "" : "\n") + item.Scalar();
  }
  if (!node.IsSequence()) return {.text = {}, .expected = kExpected};
  return {.text = std::move(lines), .expected = kExpected};
}

Typed typed(const YAML::Node& node, Kind kind) {
  const auto when = [&](bool fits, std::string_view expected) {
    return Typed{.text = fits ? std::optional(node.Scalar()) : std::nullopt, .expected = expected};
  };
  switch (kind) {
    case Kind::range:
      return ends_of(node);
    case Kind::list:
      return lines_of(node);
    case Kind::integer:
      return when(is_number(node), "a whole number");
    case Kind::number:
      return when(is_number(node), "a number");
    case Kind::size:
      return when(node.IsScalar(), "a size");
    case Kind::choice:
      return when(node.IsScalar(), "a name");
    case Kind::text:
    case Kind::path:
      return when(node.IsScalar() && !is_number(node) && !as_boolean(node), "text");
    case Kind::flag: {
      const std::optional<bool> value = as_boolean(node);
      if (!value) return {.text = std::nullopt, .expected = "true or false"};
      return {.text = *value ? "on" : "off", .expected = {}};
    }
  }
  return {};
}

class Reader {
 public:
  Reader(const std::string& file, Settings& settings)
      : file_(file), settings_(settings), paths_(known_paths(settings)) {}

  ConfigFile read(const YAML::Node& document) {
    read_mapping(document, "", "1");
    faults_.raise();
    return std::move(result_);
  }

 private:
  // "bench.yaml:12: rag.top_k". Counted from 1, unlike the library's marks.
  std::string place(const YAML::Node& key, const std::string& path) const {
    return fmt::format("{}:{}: {}", file_, key.Mark().line + 1, path);
  }

  // Calls `visit(key, value, path)` for every key that is a text and stands there once.
  template <typename Visit>
  void for_each(const YAML::Node& mapping, const std::string& path, Visit visit) {
    std::set<std::string> seen;
    for (const auto& entry : mapping) {
      const YAML::Node& key = entry.first;
      if (!key.IsScalar()) {
        faults_.add(place(key, fmt::format("expected a key, found {}", kind_of(key))));
        continue;
      }
      const std::string below = join(path, key.Scalar(), settings_.section());
      if (seen.insert(below).second) {
        visit(key, entry.second, below);
      } else {
        faults_.add(place(key, below + ": is given twice"));
      }
    }
  }

  void read_mapping(const YAML::Node& mapping, const std::string& path, const std::string& where) {
    if (!mapping.IsMap()) {
      const std::string what = path.empty() ? fmt::format("{}:{}", file_, where) : where;
      faults_.add(fmt::format("{}: expected a mapping, found {}", what, kind_of(mapping)));
      return;
    }
    for_each(mapping, path,
             [&](const YAML::Node& key, const YAML::Node& value, const std::string& below) {
               read_one(key, value, path, below);
             });
  }

  void read_one(const YAML::Node& key, const YAML::Node& value, const std::string& path,
                const std::string& below) {
    if (below == kModels) {
      read_models(key, value);
    } else if (const auto known = paths_.find(below); known != paths_.end()) {
      set(place(key, below), value, *known->second);
      // The benchmark's own file has every section, whatever is run.
      if (path != settings_.section()) settings_.excuse(known->second->name);
    } else if (!keys_below(paths_, below).empty()) {
      read_mapping(value, below, place(key, below));
    } else {
      faults_.add(fmt::format("{}: unknown key; known {} are {}", place(key, below),
                              path.empty() ? "at the top" : "in " + path,
                              fmt::join(keys_below(paths_, path), ", ")));
    }
  }

  void set(const std::string& where, const YAML::Node& value, const Setting& row) {
    const Typed given = typed(value, row.kind);
    if (!given.text) {
      faults_.add(fmt::format("{}: expected {}, found {}", where, given.expected, kind_of(value)));
      return;
    }
    faults_.attempt([&] { settings_.set(row.name, *given.text, record::Origin::file, where); });
  }

  void read_models(const YAML::Node& key, const YAML::Node& models) {
    if (!models.IsMap()) {
      faults_.add(fmt::format("{}: expected a mapping of names to models, found {}",
                              place(key, std::string(kModels)), kind_of(models)));
      return;
    }
    for_each(models, std::string(kModels),
             [&](const YAML::Node& name, const YAML::Node& fields, const std::string& path) {
               read_model(name, fields, path);
             });
  }

  void read_model(const YAML::Node& name, const YAML::Node& fields, const std::string& path) {
    if (!fields.IsMap()) {
      faults_.add(fmt::format("{}: expected a mapping of fields, found {}", place(name, path),
                              kind_of(fields)));
      return;
    }
    ModelFields given;
    bool whole = true;
    for_each(fields, path,
             [&](const YAML::Node& key, const YAML::Node& value, const std::string& below) {
               whole = read_field(key, value, below, given) && whole;
             });
    if (!whole) return;
    faults_.attempt(
        [&] { result_.models.push_back(model_shape(given, name.Scalar(), place(name, path))); });
  }

  // False when there is no such field, or it does not take the value.
  bool read_field(const YAML::Node& key, const YAML::Node& value, const std::string& path,
                  ModelFields& given) {
    const std::string found = value.IsScalar() ? value.Scalar() : "";
    const std::string fault = set_model_field(given, key.Scalar(), found);
    if (fault.empty()) return true;
    faults_.add(fmt::format("{}: {}, found {}", place(key, path), fault, kind_of(value)));
    return false;
  }

  const std::string& file_;
  Settings& settings_;
  Paths paths_;
  Faults faults_;
  ConfigFile result_;
};

// Where documents begin. What is in them is not looked at.
class DocumentStarts final : public YAML::EventHandler {
 public:
  int last_line() const { return last_line_; }

  void OnDocumentStart(const YAML::Mark& mark) override { last_line_ = mark.line + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

 private:
  int last_line_ = 0;
};

// The only document, or none. YAML::LoadAll() is not for foreign text: a stray bracket or comma is
// an endless row of empty documents to it.
std::optional<YAML::Node> parse(const std::string& text, const std::string& file) {
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    DocumentStarts documents;
    if (!parser.HandleNextDocument(documents)) return std::nullopt;
    if (parser.HandleNextDocument(documents)) {
      throw Error(
          fmt::format("{}:{}: expected one document, found another one or what belongs to "
                      "none",
                      file, documents.last_line()));
    }
    return YAML::Load(text);
  } catch (const YAML::Exception& error) {
    throw Error(fmt::format("{}:{}: expected YAML, found a fault: {}", file, error.mark.line + 1,
                            error.msg));
  }
}

}  // namespace

ConfigFile apply_config(const std::string& text, const std::string& file, Settings& settings) {
  const std::optional<YAML::Node> document = parse(text, file);
  return document ? Reader(file, settings).read(*document) : ConfigFile{};
}

ConfigFile apply_config_file(const std::string& path, Settings& settings) {
  text::FileWindow window(path, kLargestFile);
  window.hold();
  while (!window.ahead().empty()) window.skip(window.ahead().size());
  return apply_config(std::string(window.held()), path, settings);
}

}  // namespace spillway::scenario
