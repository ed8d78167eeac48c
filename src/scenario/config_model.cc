// SPDX-License-Identifier: Apache-2.0
#include "scenario/config_model.h"

#include <fmt/core.h>

#include <charconv>
#include <memory>

#include "core/error.h"

namespace spillway::scenario {
namespace {

constexpr std::uint32_t kDefaultKvHeads = 8;
// Far above any real model, and small enough that no product of sizes leaves 64 bits.
constexpr std::uint32_t kLargest = 1'000'000;

std::string set_number(auto& field, std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = std::to_address(text.end());
  const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, number);
  if (error != std::errc() || stop != end || number < 1 || number > kLargest) {
    return fmt::format("expected a whole number from 1 to {}", kLargest);
  }
  field = number;
  return "";
}

std::string set_type(kv::ElementType& field, std::string_view text) {
  try {
    field = kv::parse_element_type(text);
  } catch (const Error&) {
    return "expected float32, float16, bfloat16, int8 or fp8";
  }
  return "";
}

std::string set_kind(std::optional<kv::AttentionKind>& field, std::string_view text) {
  using kv::AttentionKind;
  for (const AttentionKind kind : {AttentionKind::mha, AttentionKind::gqa, AttentionKind::mla}) {
    if (text != kv::to_text(kind)) continue;
    field = kind;
    return "";
  }
  return "expected mha, gqa or mla";
}

class Shaper {
 public:
  Shaper(const ModelFields& fields, const std::string& name, const std::string& where)
      : fields_(fields), where_(where) {
    shape_ = {.name = name,
              .layers = fields.num_layers,
              .hidden = fields.hidden_dim,
              .heads = fields.num_heads,
              .element = fields.dtype,
              .source = "model_configs"};
  }

  kv::ModelShape shape() {
    if (is_latent()) {
      set_latent();
    } else {
      set_heads();
    }
    return shape_;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw Error(fmt::format("{}: {}", where_, why));
  }

  bool is_latent() const {
    const bool has_latent = fields_.kv_lora_rank || fields_.qk_rope_head_dim;
    const bool is_mla = fields_.attention_type == kv::AttentionKind::mla;
    if (has_latent && fields_.attention_type && !is_mla) {
      refuse("kv_lora_rank and qk_rope_head_dim belong to attention_type mla");
    }
    return has_latent || is_mla;
  }

  void set_latent() {
    if (!fields_.kv_lora_rank || !fields_.qk_rope_head_dim) {
      refuse("attention_type mla needs kv_lora_rank and qk_rope_head_dim");
    }
    shape_.kind = kv::AttentionKind::mla;
    shape_.kv_lora_rank = *fields_.kv_lora_rank;
    shape_.qk_rope_head_dim = *fields_.qk_rope_head_dim;
  }

  void set_heads() {
    const bool all = fields_.attention_type == kv::AttentionKind::mha;
    shape_.kv_heads = fields_.kv_heads.value_or(all ? shape_.heads : kDefaultKvHeads);
    if (all && shape_.kv_heads != shape_.heads) {
      refuse(fmt::format("attention_type mha has as many KV heads as heads, found {} and {}",
                         shape_.kv_heads, shape_.heads));
    }
    if (shape_.heads % shape_.kv_heads != 0) {
      refuse(fmt::format("kv_heads ({}) does not divide num_heads ({}); give kv_heads",
                         shape_.kv_heads, shape_.heads));
    }
    shape_.head_dim = fields_.kv_dim_per_head.value_or(shape_.hidden / shape_.heads);
    if (shape_.head_dim == 0) {
      refuse(fmt::format("hidden_dim ({}) is smaller than num_heads ({})", shape_.hidden,
                         shape_.heads));
    }
    shape_.kind = shape_.kv_heads == shape_.heads ? kv::AttentionKind::mha : kv::AttentionKind::gqa;
  }

  const ModelFields& fields_;
  const std::string& where_;
  kv::ModelShape shape_;
};

}  // namespace

std::string set_model_field(ModelFields& fields, std::string_view name, std::string_view text) {
  if (name == "num_layers") return set_number(fields.num_layers, text);
  if (name == "hidden_dim") return set_number(fields.hidden_dim, text);
  if (name == "num_heads") return set_number(fields.num_heads, text);
  if (name == "kv_heads") return set_number(fields.kv_heads, text);
  if (name == "kv_dim_per_head") return set_number(fields.kv_dim_per_head, text);
  if (name == "kv_lora_rank") return set_number(fields.kv_lora_rank, text);
  if (name == "qk_rope_head_dim") return set_number(fields.qk_rope_head_dim, text);
  if (name == "attention_type") return set_kind(fields.attention_type, text);
  if (name == "dtype") return set_type(fields.dtype, text);
  return "unknown key; known are num_layers, hidden_dim, num_heads, kv_heads, dtype, "
         "kv_dim_per_head, attention_type, kv_lora_rank and qk_rope_head_dim";
}

kv::ModelShape model_shape(const ModelFields& fields, const std::string& name,
                           const std::string& where) {
  return Shaper(fields, name, where).shape();
}

}  // namespace spillway::scenario
