// A model as a config file describes it: fields with defaults of an 8-billion-parameter model.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kv/model.h"

namespace spillway::scenario {

// Defaults as the tier benchmark has them; absent ones are derived by model_shape().
struct ModelFields {
  std::uint32_t num_layers = 32;
  std::uint32_t hidden_dim = 4096;
  std::uint32_t num_heads = 32;
  std::optional<std::uint32_t> kv_heads = std::nullopt;         // 8, or as many as heads with mha
  std::optional<std::uint32_t> kv_dim_per_head = std::nullopt;  // hidden_dim / num_heads
  std::optional<std::uint32_t> kv_lora_rank = std::nullopt;
  std::optional<std::uint32_t> qk_rope_head_dim = std::nullopt;
  std::optional<kv::AttentionKind> attention_type = std::nullopt;  // from the other fields
  kv::ElementType dtype = kv::ElementType::float16;
};

// Sets the field of this name from its text. Returns what is wrong ("expected ..." or "unknown key;
// ..."), empty when nothing is.
std::string set_model_field(ModelFields& fields, std::string_view name, std::string_view text);

// Throws Error, beginning with `where`, when fields contradict each other.
kv::ModelShape model_shape(const ModelFields& fields, const std::string& name,
                           const std::string& where);

}  // namespace spillway::scenario
