// SPDX-License-Identifier: Apache-2.0
#include "kv/hugging_face.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

#include "core/error.h"

namespace spillway::kv {
namespace {

// Far above any real model, and small enough that no product of three of them and an element size
// leaves 64 bits.
constexpr std::int64_t kLargest = 1'000'000;

// Model classes that do not have all heads as KV heads when the file leaves num_key_value_heads
// out (MistralConfig and MixtralConfig: 8; FalconConfig: 1 with multi_query).
constexpr std::array<std::string_view, 3> kGroupedByDefault = {"mistral", "mixtral", "falcon"};
// Model classes whose attention is latent, whatever else the file has.
constexpr std::array<std::string_view, 3> kLatent = {"deepseek_v2", "deepseek_v3", "kimi_k2"};

class Reader {
 public:
  Reader(const HuggingFaceConfig& config, std::string_view name) : config_(config), name_(name) {}

  ModelShape shape() const {
    ModelShape shape{.name = std::string(name_), .source = "config.json"};
    shape.layers = required("num_hidden_layers", config_.num_hidden_layers);
    shape.hidden = required("hidden_size", config_.hidden_size);
    shape.heads = required("num_attention_heads", config_.num_attention_heads);
    shape.element = element();
    if (is_latent()) {
      read_latent(shape);
    } else {
      read_heads(shape);
    }
    return shape;
  }

 private:
  using Field = std::optional<std::int64_t>;

  [[noreturn]] void refuse(std::string_view why) const {
    throw Error(fmt::format("read the shape of model {}: {}", name_, why));
  }

  std::uint32_t required(std::string_view field, const Field& value) const {
    if (!value) refuse(fmt::format("{} is missing", field));
    if (*value < 1 || *value > kLargest) {
      refuse(fmt::format("{} is {}, expected 1 to {}", field, *value, kLargest));
    }
    return static_cast<std::uint32_t>(*value);
  }

  bool type_is_one_of(std::span<const std::string_view> types) const {
    return config_.model_type && std::ranges::count(types, *config_.model_type) > 0;
  }

  bool is_latent() const {
    return config_.kv_lora_rank || config_.qk_rope_head_dim || type_is_one_of(kLatent);
  }

  ElementType element() const {
    if (config_.kv_cache_dtype) return parse("kv_cache_dtype", *config_.kv_cache_dtype);
    if (!config_.torch_dtype) refuse("torch_dtype is missing");
    return parse("torch_dtype", *config_.torch_dtype);
  }

  ElementType parse(std::string_view field, std::string_view text) const {
    try {
      return parse_element_type(text);
    } catch (const Error& error) {
      refuse(fmt::format("{}: {}", field, error.what()));
    }
  }

  // num_key_value_heads and head_dim stand in such files too, but say nothing about the cache.
  void read_latent(ModelShape& shape) const {
    shape.kind = AttentionKind::mla;
    shape.kv_lora_rank = required("kv_lora_rank", config_.kv_lora_rank);
    shape.qk_rope_head_dim = required("qk_rope_head_dim", config_.qk_rope_head_dim);
  }

  void read_heads(ModelShape& shape) const {
    shape.kv_heads = kv_heads(shape);
    shape.head_dim = head_dim(shape);
    shape.kind = shape.kv_heads == shape.heads ? AttentionKind::mha : AttentionKind::gqa;
  }

  std::uint32_t kv_heads(const ModelShape& shape) const {
    const bool all_heads = !config_.num_key_value_heads && !type_is_one_of(kGroupedByDefault);
    if (all_heads) return shape.heads;  // as Hugging Face's LlamaConfig reads it
    const std::uint32_t heads = required("num_key_value_heads", config_.num_key_value_heads);
    if (shape.heads % heads == 0) return heads;
    refuse(fmt::format("num_key_value_heads ({}) does not divide num_attention_heads ({})", heads,
                       shape.heads));
  }

  std::uint32_t head_dim(const ModelShape& shape) const {
    if (config_.head_dim) return required("head_dim", config_.head_dim);
    if (shape.hidden % shape.heads == 0) return shape.hidden / shape.heads;
    refuse(
        fmt::format("head_dim is missing, and hidden_size ({}) is not a multiple of "
                    "num_attention_heads ({})",
                    shape.hidden, shape.heads));
  }

  const HuggingFaceConfig& config_;
  std::string_view name_;
};

}  // namespace

ModelShape shape_from(const HuggingFaceConfig& config, std::string_view name) {
  return Reader(config, name).shape();
}

}  // namespace spillway::kv
