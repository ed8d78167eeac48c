// SPDX-License-Identifier: Apache-2.0
#include "scenario/model_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "kv/catalogue.h"
#include "kv/hugging_face.h"
#include "text/json_reader.h"

namespace spillway::scenario {
namespace {

using text::JsonValue;

std::optional<std::int64_t> integer(const JsonValue& object, std::string_view key) {
  const JsonValue* const value = object.find(key);
  return value == nullptr || value->is_null() ? std::nullopt : std::optional(value->as_int());
}

std::optional<std::string> string(const JsonValue& object, std::string_view key) {
  const JsonValue* const value = object.find(key);
  return value == nullptr || value->is_null() ? std::nullopt : std::optional(value->as_string());
}

}  // namespace

kv::ModelShape read_model_file(const std::string& path) {
  const JsonValue document = text::read_json(path);
  const JsonValue* const nested = document.find("text_config");
  const JsonValue& fields = nested != nullptr && nested->is_object() ? *nested : document;
  kv::HuggingFaceConfig config;
  config.model_type = string(fields, "model_type");
  config.hidden_size = integer(fields, "hidden_size");
  config.num_hidden_layers = integer(fields, "num_hidden_layers");
  config.num_attention_heads = integer(fields, "num_attention_heads");
  config.num_key_value_heads = integer(fields, "num_key_value_heads");
  config.head_dim = integer(fields, "head_dim");
  config.kv_lora_rank = integer(fields, "kv_lora_rank");
  config.qk_rope_head_dim = integer(fields, "qk_rope_head_dim");
  config.torch_dtype = string(fields, "torch_dtype");
  if (!config.torch_dtype) config.torch_dtype = string(fields, "dtype");
  config.kv_cache_dtype = string(fields, "kv_cache_dtype");
  const std::optional<std::string> name = string(document, "_name_or_path");
  try {
    return kv::shape_from(config, name && !name->empty() ? *name : path);
  } catch (const Error& error) {
    throw Error(path + ": " + error.what());
  }
}

kv::ModelShape find_model_named(const std::string& name, std::span<const kv::ModelShape> own) {
  const auto found = std::ranges::find(own, name, &kv::ModelShape::name);
  if (found != own.end()) return *found;
  if (const kv::ModelShape* const known = kv::find_model(name)) return *known;
  std::string names;
  for (const kv::ModelShape& model : kv::models()) names += " " + model.name;
  for (const kv::ModelShape& model : own) names += " " + model.name;
  throw Error(
      fmt::format("--model: there is no \"{}\"; known are{}, or give --model-config", name, names));
}

}  // namespace spillway::scenario
