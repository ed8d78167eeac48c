// The shape of a model's KV cache, and the bytes that follow from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace spillway::kv {

// Multi-head (a K and V head for each query head), grouped-query (fewer K and V heads, which query
// heads share), multi-head latent (one compressed vector for all heads).
enum class AttentionKind { mha, gqa, mla };

enum class ElementType { float32, float16, bfloat16, int8, fp8 };

Bytes element_size(ElementType type);
std::string_view to_text(ElementType type);
std::string_view to_text(AttentionKind kind);
// Reads "bfloat16", "torch.bfloat16", "float8_e4m3fn" and the like; throws Error for what has no
// known size: a guess would be off by a factor.
ElementType parse_element_type(std::string_view text);

// What decides the size of a model's KV cache. Layers that keep a window only (sliding attention)
// count as full ones, so the figures are what an engine without a window cache stores.
struct ModelShape {
  std::string name;
  AttentionKind kind = AttentionKind::gqa;
  std::uint32_t layers = 0;
  std::uint32_t hidden = 0;
  std::uint32_t heads = 0;
  std::uint32_t kv_heads = 0;          // 0 with mla
  std::uint32_t head_dim = 0;          // 0 with mla
  std::uint32_t kv_lora_rank = 0;      // mla only: the latent's length
  std::uint32_t qk_rope_head_dim = 0;  // mla only: the position key kept beside the latent
  ElementType element = ElementType::float16;
  std::string source;  // where the figures come from
};

// Bytes that one token adds to the cache of one rank: 2 (K and V) x layers x the rank's KV heads x
// head_dim x element size (Kwon et al., "PagedAttention", SOSP 2023, section 3); with latent
// attention layers x (kv_lora_rank + qk_rope_head_dim) x element size, one latent for K and V
// (DeepSeek-V2, arXiv 2405.04434, section 2.1.4). A rank holds whole KV heads, at least one, so
// more ranks than KV heads repeat them, and each rank needs the whole latent.
// Throws Error when the heads cannot be split evenly over the ranks, as engines do.
Bytes bytes_per_token_per_rank(const ModelShape& model, std::uint32_t tensor_parallel = 1);
// The same for all ranks together, repeated heads and latents counted as often as they are stored.
Bytes bytes_per_token(const ModelShape& model, std::uint32_t tensor_parallel = 1);

// The KV of `users` contexts of this length: what must lie somewhere so that nothing is computed
// twice. Throws Error above 16 EiB.
Bytes active_set(const ModelShape& model, std::uint64_t users, Tokens context,
                 std::uint32_t tensor_parallel = 1);
// The memory of `concurrent` contexts that are being written or loaded at one time.
Bytes peak_in_flight(const ModelShape& model, std::uint64_t concurrent, Tokens context,
                     std::uint32_t tensor_parallel = 1);

}  // namespace spillway::kv
