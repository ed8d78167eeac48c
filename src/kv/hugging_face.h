// The shape of a model from the fields of its Hugging Face config.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kv/model.h"

namespace spillway::kv {

// The fields that matter, as the file has them; absent (or null) ones stay empty. Newer files write
// `dtype` for `torch_dtype`.
struct HuggingFaceConfig {
  std::optional<std::string> model_type = std::nullopt;
  std::optional<std::int64_t> hidden_size = std::nullopt;
  std::optional<std::int64_t> num_hidden_layers = std::nullopt;
  std::optional<std::int64_t> num_attention_heads = std::nullopt;
  std::optional<std::int64_t> num_key_value_heads = std::nullopt;
  std::optional<std::int64_t> head_dim = std::nullopt;
  std::optional<std::int64_t> kv_lora_rank = std::nullopt;
  std::optional<std::int64_t> qk_rope_head_dim = std::nullopt;
  std::optional<std::string> torch_dtype = std::nullopt;
  // The cache's own element type where the user or the file's KV quantization states one; it wins
  // over torch_dtype. Quantized weights (quantization_config) do not make the cache smaller:
  // DeepSeek-V3 has fp8 weights and a bfloat16 cache.
  std::optional<std::string> kv_cache_dtype = std::nullopt;
};

// Throws Error that names the field which is missing, out of range or contradicts another.
ModelShape shape_from(const HuggingFaceConfig& config, std::string_view name);

}  // namespace spillway::kv
