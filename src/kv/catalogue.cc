// SPDX-License-Identifier: Apache-2.0
#include "kv/catalogue.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace spillway::kv {
namespace {

// How large the model is, in the order of a config.json.
struct Size {
  std::uint32_t layers = 0;
  std::uint32_t hidden = 0;
  std::uint32_t heads = 0;
};
struct Heads {
  std::uint32_t count = 0;
  std::uint32_t dim = 0;
};
struct Latent {
  std::uint32_t rank = 0;
  std::uint32_t rope_dim = 0;
};

ModelShape shape(const char* name, Size size, std::string source) {
  return {.name = name,
          .layers = size.layers,
          .hidden = size.hidden,
          .heads = size.heads,
          .source = std::move(source)};
}

std::string config_of(const char* repository) {
  return std::string("https://huggingface.co/") + repository + "/blob/main/config.json";
}

ModelShape with_heads(ModelShape model, Heads kv) {
  model.kind = kv.count == model.heads ? AttentionKind::mha : AttentionKind::gqa;
  model.kv_heads = kv.count;
  model.head_dim = kv.dim;
  return model;
}

ModelShape with_latent(ModelShape model, Latent latent) {
  model.kind = AttentionKind::mla;
  model.kv_lora_rank = latent.rank;
  model.qk_rope_head_dim = latent.rope_dim;
  return model;
}

// Figures of the MLPerf Storage KV-cache benchmark; the source is where the published model states
// them. The benchmark calls all elements float16; most checkpoints say bfloat16, of equal size.
// qwen3-32b and both gpt-oss models state a head_dim that is not hidden / heads.
const std::array<ModelShape, 9>& table() {
  static const std::array<ModelShape, 9> rows = {
      with_heads(shape("tiny-1b", {.layers = 12, .hidden = 1024, .heads = 8},
                       "MLPerf Storage KV-cache benchmark: made up, no published checkpoint"),
                 {.count = 4, .dim = 128}),
      with_heads(shape("mistral-7b", {.layers = 32, .hidden = 4096, .heads = 32},
                       config_of("mistralai/Mistral-7B-v0.1")),
                 {.count = 8, .dim = 128}),
      with_heads(shape("llama2-7b", {.layers = 32, .hidden = 4096, .heads = 32},
                       config_of("meta-llama/Llama-2-7b-hf")),
                 {.count = 32, .dim = 128}),
      with_heads(shape("llama3.1-8b", {.layers = 32, .hidden = 4096, .heads = 32},
                       config_of("meta-llama/Llama-3.1-8B")),
                 {.count = 8, .dim = 128}),
      with_heads(shape("llama3.1-70b-instruct", {.layers = 80, .hidden = 8192, .heads = 64},
                       config_of("meta-llama/Llama-3.1-70B-Instruct")),
                 {.count = 8, .dim = 128}),
      with_latent(shape("deepseek-v3", {.layers = 61, .hidden = 7168, .heads = 128},
                        config_of("deepseek-ai/DeepSeek-V3")),
                  {.rank = 512, .rope_dim = 64}),
      with_heads(shape("qwen3-32b", {.layers = 64, .hidden = 5120, .heads = 64},
                       config_of("Qwen/Qwen3-32B")),
                 {.count = 8, .dim = 128}),
      with_heads(shape("gpt-oss-120b", {.layers = 36, .hidden = 2880, .heads = 64},
                       config_of("openai/gpt-oss-120b")),
                 {.count = 8, .dim = 64}),
      with_heads(shape("gpt-oss-20b", {.layers = 24, .hidden = 2880, .heads = 64},
                       config_of("openai/gpt-oss-20b")),
                 {.count = 8, .dim = 64}),
  };
  return rows;
}

}  // namespace

std::span<const ModelShape> models() { return table(); }

const ModelShape* find_model(std::string_view name) {
  const auto found = std::ranges::find(models(), name, &ModelShape::name);
  return found == models().end() ? nullptr : &*found;
}

}  // namespace spillway::kv
