// SPDX-License-Identifier: Apache-2.0
#include "scenario/tokenizer_file.h"

#include <fmt/core.h>

#include <filesystem>
#include <limits>

#include "core/error.h"
#include "kv/estimator.h"

namespace spillway::scenario {
namespace {

using text::JsonValue;

const JsonValue* given(const JsonValue& object, std::string_view key) {
  const JsonValue* const value = object.find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool says(const JsonValue& object, std::string_view key) {
  const JsonValue* const value = given(object, key);
  return value != nullptr && value->as_bool();
}

void refuse_given(const JsonValue& object, std::string_view key) {
  const JsonValue* const value = given(object, key);
  const bool harmless = value == nullptr || (value->is_string() && value->as_string().empty()) ||
                        (value->type() == JsonValue::Type::boolean && !value->as_bool());
  if (!harmless) value->fail("nothing: byte-level BPE has none");
}

kv::TokenId token_id(const JsonValue& value) {
  const std::uint64_t id = value.as_uint();
  if (id > std::numeric_limits<kv::TokenId>::max()) value.fail("the number of a token");
  return static_cast<kv::TokenId>(id);
}

// "a b", or ["a", "b"].
std::pair<std::string, std::string> merge_of(const JsonValue& value) {
  if (value.is_array()) {
    const auto& sides = value.elements();
    if (sides.size() != 2) value.fail("two tokens");
    return {sides[0].as_string(), sides[1].as_string()};
  }
  const std::string& both = value.as_string();
  const std::size_t space = both.find(' ');
  if (space == both.npos) value.fail("two tokens with a space between");
  return {both.substr(0, space), both.substr(space + 1)};
}

void read_model(const JsonValue& model, kv::BytePairs& pairs) {
  if (model.at("type").as_string() != "BPE") model.at("type").fail("BPE");
  for (const char* const key :
       {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"}) {
    refuse_given(model, key);
  }
  pairs.whole_words_first = says(model, "ignore_merges");
  for (const auto& [text, id] : model.at("vocab").members()) {
    pairs.vocabulary.emplace_back(text, token_id(id));
  }
  for (const JsonValue& merge : model.at("merges").elements()) {
    pairs.merges.push_back(merge_of(merge));
  }
}

// The steps that cut text into words, in their order.
class PreTokenizer {
 public:
  explicit PreTokenizer(kv::BytePairs& pairs) : pairs_(pairs) {}

  void read(const JsonValue& step) {
    const std::string& type = step.at("type").as_string();
    if (type == "Sequence") {
      for (const JsonValue& one : step.at("pretokenizers").elements()) read(one);
    } else if (type == "Split") {
      read_split(step);
    } else if (type == "ByteLevel") {
      read_byte_level(step);
    } else {
      step.at("type").fail("ByteLevel, or a Split before it");
    }
  }

  void check_whole(const JsonValue& all) const {
    if (!byte_level_ || pairs_.pattern.empty()) {
      all.fail("a ByteLevel with its own pattern or that of a Split");
    }
  }

 private:
  void read_split(const JsonValue& step) {
    if (!pairs_.pattern.empty() || byte_level_) step.fail("one Split, before the ByteLevel");
    const JsonValue& behavior = step.at("behavior");
    if (behavior.as_string() != "Isolated") behavior.fail("Isolated");
    if (says(step, "invert")) step.at("invert").fail("false");
    pairs_.pattern = step.at("pattern").at("Regex").as_string();
  }

  void read_byte_level(const JsonValue& step) {
    if (byte_level_) step.fail("one ByteLevel");
    byte_level_ = true;
    const bool after_split = !pairs_.pattern.empty();
    const JsonValue* const by_pattern = given(step, "use_regex");
    const bool own_pattern = by_pattern == nullptr || by_pattern->as_bool();
    if (own_pattern && after_split) step.fail("use_regex false, after a Split");
    if (own_pattern) pairs_.pattern = kv::kGpt2Pattern;
    pairs_.space_before_text = says(step, "add_prefix_space");
    if (pairs_.space_before_text && after_split) step.fail("no add_prefix_space after a Split");
  }

  kv::BytePairs& pairs_;
  bool byte_level_ = false;
};

void read_added(const JsonValue& token, kv::BytePairs& pairs) {
  for (const char* const key : {"lstrip", "rstrip", "single_word"}) {
    if (says(token, key)) token.at(key).fail("false: text is taken as it is");
  }
  pairs.added.emplace_back(token.at("content").as_string(), token_id(token.at("id")));
}

}  // namespace

kv::BytePairs byte_pairs_of(const JsonValue& document, const std::string& name) {
  if (const JsonValue* const normalizer = given(document, "normalizer")) {
    normalizer->fail("null: text is taken as it is");
  }
  kv::BytePairs pairs{.name = name, .vocabulary = {}, .merges = {}, .added = {}, .pattern = {}};
  read_model(document.at("model"), pairs);
  PreTokenizer steps(pairs);
  steps.read(document.at("pre_tokenizer"));
  steps.check_whole(document.at("pre_tokenizer"));
  if (const JsonValue* const added = given(document, "added_tokens")) {
    for (const JsonValue& token : added->elements()) read_added(token, pairs);
  }
  return pairs;
}

std::unique_ptr<kv::Tokenizer> make_tokenizer(const std::string& name_or_path) {
  if (name_or_path == "heuristic" || name_or_path == "auto") return kv::make_estimator();
  const bool directory = std::filesystem::is_directory(name_or_path);
  const std::string path = directory ? name_or_path + "/tokenizer.json" : name_or_path;
  return kv::make_byte_pairs(byte_pairs_of(text::read_json(path), path));
}

}  // namespace spillway::scenario
