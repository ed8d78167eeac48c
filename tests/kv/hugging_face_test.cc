// SPDX-License-Identifier: Apache-2.0
#include "kv/hugging_face.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace spillway::kv {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

HuggingFaceConfig llama() {
  return {.model_type = "llama",
          .hidden_size = 4096,
          .num_hidden_layers = 32,
          .num_attention_heads = 32,
          .num_key_value_heads = 8,
          .torch_dtype = "bfloat16"};
}

// DeepSeek-V3's file has KV heads as well, which latent attention does not store.
HuggingFaceConfig deepseek() {
  return {.model_type = "deepseek_v3",
          .hidden_size = 7168,
          .num_hidden_layers = 61,
          .num_attention_heads = 128,
          .num_key_value_heads = 128,
          .kv_lora_rank = 512,
          .qk_rope_head_dim = 64,
          .torch_dtype = "bfloat16"};
}

void expect_refused(const HuggingFaceConfig& config, const std::string& because) {
  EXPECT_THAT([&] { shape_from(config, "mine"); },
              ThrowsMessage<Error>(testing::AllOf(HasSubstr("mine"), HasSubstr(because))));
}

TEST(HuggingFace, GroupedHeads) {
  const ModelShape shape = shape_from(llama(), "mine");
  EXPECT_EQ(shape.name, "mine");
  EXPECT_EQ(shape.kind, AttentionKind::gqa);
  EXPECT_EQ(shape.head_dim, 128U);
  EXPECT_EQ(shape.element, ElementType::bfloat16);
  EXPECT_EQ(bytes_per_token(shape), 131'072_B);
}

TEST(HuggingFace, EqualHeadsAreMultiHead) {
  HuggingFaceConfig config = llama();
  config.num_key_value_heads = 32;
  EXPECT_EQ(shape_from(config, "mine").kind, AttentionKind::mha);
  EXPECT_EQ(bytes_per_token(shape_from(config, "mine")), 524'288_B);
}

TEST(HuggingFace, AbsentKvHeadsMeanAllHeads) {
  HuggingFaceConfig config = llama();
  config.num_key_value_heads.reset();
  EXPECT_EQ(shape_from(config, "mine").kv_heads, 32U);
  EXPECT_EQ(shape_from(config, "mine").kind, AttentionKind::mha);
}

TEST(HuggingFace, AbsentKvHeadsAreRefusedWhereTheModelsDefaultIsAnother) {
  HuggingFaceConfig config = llama();
  config.num_key_value_heads.reset();
  config.model_type = "mistral";
  expect_refused(config, "num_key_value_heads is missing");
}

TEST(HuggingFace, LatentAttention) {
  const ModelShape shape = shape_from(deepseek(), "mine");
  EXPECT_EQ(shape.kind, AttentionKind::mla);
  EXPECT_EQ(bytes_per_token(shape), 70'272_B);
}

TEST(HuggingFace, StatedHeadDimWins) {
  HuggingFaceConfig config = llama();  // gpt-oss-120b: 2880 / 64 is 45, the file states 64
  config.hidden_size = 2880;
  config.num_hidden_layers = 36;
  config.num_attention_heads = 64;
  config.head_dim = 64;
  EXPECT_EQ(bytes_per_token(shape_from(config, "mine")), 73'728_B);
}

TEST(HuggingFace, CacheElementTypeWinsOverTheModels) {
  HuggingFaceConfig config = deepseek();
  config.kv_cache_dtype = "fp8";
  EXPECT_EQ(bytes_per_token(shape_from(config, "mine")), 35'136_B);
  config.torch_dtype.reset();
  EXPECT_EQ(bytes_per_token(shape_from(config, "mine")), 35'136_B);
}

TEST(HuggingFace, NamesTheMissingField) {
  const auto without = [](auto field, HuggingFaceConfig config = llama()) {
    (config.*field).reset();
    return config;
  };
  expect_refused(without(&HuggingFaceConfig::hidden_size), "hidden_size is missing");
  expect_refused(without(&HuggingFaceConfig::num_hidden_layers), "num_hidden_layers is missing");
  expect_refused(without(&HuggingFaceConfig::num_attention_heads),
                 "num_attention_heads is missing");
  expect_refused(without(&HuggingFaceConfig::torch_dtype), "torch_dtype is missing");
  expect_refused(without(&HuggingFaceConfig::kv_lora_rank, deepseek()), "kv_lora_rank is missing");
  expect_refused(without(&HuggingFaceConfig::qk_rope_head_dim, deepseek()),
                 "qk_rope_head_dim is missing");
}

TEST(HuggingFace, ALatentModelWithoutAnyLatentFieldIsRefused) {
  HuggingFaceConfig config = deepseek();
  config.kv_lora_rank.reset();
  config.qk_rope_head_dim.reset();
  expect_refused(config, "kv_lora_rank is missing");
}

TEST(HuggingFace, NamesTheFieldOutOfRange) {
  HuggingFaceConfig config = llama();
  config.num_hidden_layers = 0;
  expect_refused(config, "num_hidden_layers is 0");
  config = llama();
  config.head_dim = -128;
  expect_refused(config, "head_dim is -128");
  config = llama();
  config.hidden_size = std::int64_t{1} << 40U;
  expect_refused(config, "hidden_size is 1099511627776");
}

TEST(HuggingFace, NamesTheContradiction) {
  HuggingFaceConfig config = llama();
  config.num_key_value_heads = 5;
  expect_refused(config, "num_key_value_heads (5) does not divide num_attention_heads (32)");
  config = llama();
  config.num_attention_heads = 24;
  expect_refused(config, "hidden_size (4096) is not a multiple of num_attention_heads (24)");
}

TEST(HuggingFace, NamesTheFieldOfAnUnknownElementType) {
  HuggingFaceConfig config = llama();
  config.torch_dtype = "auto";
  expect_refused(config, "torch_dtype: read the element type 'auto'");
  config.kv_cache_dtype = "int3";
  expect_refused(config, "kv_cache_dtype: read the element type 'int3'");
}

}  // namespace
}  // namespace spillway::kv
