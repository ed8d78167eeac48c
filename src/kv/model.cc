// SPDX-License-Identifier: Apache-2.0
#include "kv/model.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.h"

namespace spillway::kv {
namespace {

// The spellings of Hugging Face configs, PyTorch and the engines' --kv-cache-dtype. The first of
// each type is the one that we write.
constexpr std::array<std::pair<std::string_view, ElementType>, 15> kSpellings = {{
    {"float32", ElementType::float32},
    {"float", ElementType::float32},
    {"fp32", ElementType::float32},
    {"float16", ElementType::float16},
    {"half", ElementType::float16},
    {"fp16", ElementType::float16},
    {"bfloat16", ElementType::bfloat16},
    {"bf16", ElementType::bfloat16},
    {"int8", ElementType::int8},
    {"fp8", ElementType::fp8},
    {"fp8_e4m3", ElementType::fp8},
    {"fp8_e5m2", ElementType::fp8},
    {"float8_e4m3fn", ElementType::fp8},
    {"float8_e4m3", ElementType::fp8},
    {"float8_e5m2", ElementType::fp8},
}};

constexpr std::string_view kPrefix = "torch.";
std::string_view without_prefix(std::string_view text) {
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

// vLLM, SGLang and TensorRT-LLM all refuse a split that is uneven: a rank would wait for another.
void refuse_uneven_split(const ModelShape& model, std::uint32_t ranks) {
  const bool query_heads_split = ranks > 0 && model.heads % ranks == 0;
  const bool kv_heads_split =
      model.kind == AttentionKind::mla ||
      (query_heads_split && (model.kv_heads % ranks == 0 || ranks % model.kv_heads == 0));
  if (query_heads_split && kv_heads_split) return;
  throw Error(
      fmt::format("split {} over {} tensor-parallel ranks: {} heads and {} KV heads do not "
                  "divide evenly; choose a number of ranks that divides the heads",
                  model.name, ranks, model.heads, model.kv_heads));
}

Bytes times(Bytes size, std::uint64_t factor) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(size.count(), factor, &product)) {
    throw Error(
        fmt::format("plan memory: {} times {} bytes is more than 16 EiB", factor, size.count()));
  }
  return Bytes(product);
}

}  // namespace

Bytes element_size(ElementType type) {
  switch (type) {
    case ElementType::float32:
      return 4_B;
    case ElementType::float16:
    case ElementType::bfloat16:
      return 2_B;
    case ElementType::int8:
    case ElementType::fp8:
      return 1_B;
  }
  fail_check("the element type is one of those listed", __FILE__, __LINE__);
}

std::string_view to_text(ElementType type) {
  return std::ranges::find(kSpellings, type, [](const auto& row) { return row.second; })->first;
}

std::string_view to_text(AttentionKind kind) {
  switch (kind) {
    case AttentionKind::mha:
      return "mha";
    case AttentionKind::gqa:
      return "gqa";
    case AttentionKind::mla:
      return "mla";
  }
  fail_check("the attention kind is one of those listed", __FILE__, __LINE__);
}

ElementType parse_element_type(std::string_view text) {
  const std::string_view name = without_prefix(text);
  const auto* const row =
      std::ranges::find(kSpellings, name, [](const auto& spelling) { return spelling.first; });
  if (row != kSpellings.end()) return row->second;
  throw Error(fmt::format(
      "read the element type '{}': expected float32, float16, bfloat16, int8 or fp8", text));
}

Bytes bytes_per_token_per_rank(const ModelShape& model, std::uint32_t tensor_parallel) {
  refuse_uneven_split(model, tensor_parallel);
  const Bytes element = element_size(model.element);
  if (model.kind == AttentionKind::mla) {
    const std::uint64_t latent = std::uint64_t{model.kv_lora_rank} + model.qk_rope_head_dim;
    return model.layers * latent * element;
  }
  const std::uint64_t heads = std::max(1U, model.kv_heads / tensor_parallel);
  return 2ULL * model.layers * heads * model.head_dim * element;
}

Bytes bytes_per_token(const ModelShape& model, std::uint32_t tensor_parallel) {
  return tensor_parallel * bytes_per_token_per_rank(model, tensor_parallel);
}

Bytes active_set(const ModelShape& model, std::uint64_t users, Tokens context,
                 std::uint32_t tensor_parallel) {
  return times(times(bytes_per_token(model, tensor_parallel), context.count()), users);
}

Bytes peak_in_flight(const ModelShape& model, std::uint64_t concurrent, Tokens context,
                     std::uint32_t tensor_parallel) {
  return active_set(model, concurrent, context, tensor_parallel);
}

}  // namespace spillway::kv
