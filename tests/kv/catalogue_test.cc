// SPDX-License-Identifier: Apache-2.0
#include "kv/catalogue.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::kv {
namespace {

using enum AttentionKind;

// The table of the MLPerf Storage KV-cache benchmark, figure by figure.
struct Row {
  const char* name;
  AttentionKind kind;
  std::uint32_t layers, hidden, heads, kv_heads, head_dim;
  Bytes per_token, per_8192_tokens;
};

class CatalogueRow : public testing::TestWithParam<Row> {};

TEST_P(CatalogueRow, HasThePublishedFigures) {
  const Row& row = GetParam();
  const ModelShape* const model = find_model(row.name);
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->name, row.name);
  EXPECT_EQ(model->kind, row.kind);
  EXPECT_EQ(model->layers, row.layers);
  EXPECT_EQ(model->hidden, row.hidden);
  EXPECT_EQ(model->heads, row.heads);
  EXPECT_EQ(model->kv_heads, row.kv_heads);
  EXPECT_EQ(model->head_dim, row.head_dim);
  EXPECT_EQ(bytes_per_token(*model), row.per_token);
  EXPECT_EQ(bytes_per_token(*model) * 8192, row.per_8192_tokens);
}

INSTANTIATE_TEST_SUITE_P(
    Mlperf, CatalogueRow,
    testing::Values(Row{"tiny-1b", gqa, 12, 1024, 8, 4, 128, 24'576_B, 192_MiB},
                    Row{"mistral-7b", gqa, 32, 4096, 32, 8, 128, 131'072_B, 1024_MiB},
                    Row{"llama2-7b", mha, 32, 4096, 32, 32, 128, 524'288_B, 4096_MiB},
                    Row{"llama3.1-8b", gqa, 32, 4096, 32, 8, 128, 131'072_B, 1024_MiB},
                    Row{"llama3.1-70b-instruct", gqa, 80, 8192, 64, 8, 128, 327'680_B, 2560_MiB},
                    Row{"deepseek-v3", mla, 61, 7168, 128, 0, 0, 70'272_B, 549_MiB},
                    Row{"qwen3-32b", gqa, 64, 5120, 64, 8, 128, 262'144_B, 2048_MiB},
                    Row{"gpt-oss-120b", gqa, 36, 2880, 64, 8, 64, 73'728_B, 576_MiB},
                    Row{"gpt-oss-20b", gqa, 24, 2880, 64, 8, 64, 49'152_B, 384_MiB}),
    [](const auto& info) { return "Row" + std::to_string(info.index); });

TEST(Catalogue, HasNineModelsAndASourceForEach) {
  EXPECT_EQ(models().size(), 9U);
  for (const ModelShape& model : models()) {
    EXPECT_FALSE(model.source.empty()) << model.name;
    EXPECT_EQ(find_model(model.name), &model);
  }
}

TEST(Catalogue, StatesTheLatentOfDeepseek) {
  const ModelShape* const model = find_model("deepseek-v3");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->kv_lora_rank, 512U);
  EXPECT_EQ(model->qk_rope_head_dim, 64U);
}

TEST(Catalogue, DoesNotGuessNames) {
  EXPECT_EQ(find_model(""), nullptr);
  EXPECT_EQ(find_model("llama3.1-8B"), nullptr);
  EXPECT_EQ(find_model("llama"), nullptr);
}

}  // namespace
}  // namespace spillway::kv
