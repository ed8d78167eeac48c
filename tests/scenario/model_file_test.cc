// SPDX-License-Identifier: Apache-2.0
#include "scenario/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

class ModelFileTest : public testing::Test {
 protected:
  kv::ModelShape read(const std::string& json) {
    return read_model_file(directory_.write("config.json", json));
  }
  TemporaryDirectory directory_;
  std::string path_ = directory_.file("config.json");
};

TEST_F(ModelFileTest, ReadsGroupedQueryAttention) {
  const kv::ModelShape model =
      read(R"({"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32,
    "num_attention_heads": 32, "num_key_value_heads": 8, "torch_dtype": "bfloat16", "_name_or_path": "my-llama"})");
  EXPECT_EQ(model.name, "my-llama");
  EXPECT_EQ(kv::bytes_per_token(model).count(), 131'072U);
}

TEST_F(ModelFileTest, ReadsLatentAttentionAndTheNewerNameOfTheType) {
  const kv::ModelShape model =
      read(R"({"model_type": "deepseek_v3", "hidden_size": 7168, "num_hidden_layers": 61,
    "num_attention_heads": 128, "num_key_value_heads": 128, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "dtype": "bfloat16"})");
  EXPECT_EQ(kv::bytes_per_token(model).count(), 70'272U);
}

TEST_F(ModelFileTest, FindsTheLanguageModelOfAMultimodalFile) {
  const kv::ModelShape model =
      read(R"({"model_type": "both", "text_config": {"model_type": "llama", "hidden_size": 1024,
    "num_hidden_layers": 12, "num_attention_heads": 8, "num_key_value_heads": 4, "torch_dtype": "float16"}})");
  EXPECT_EQ(kv::bytes_per_token(model).count(), 24'576U);
}

TEST_F(ModelFileTest, NamesFileAndFieldOfAFault) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"model_type": "llama", "hidden_size": 4096, "num_attention_heads": 32,
          "torch_dtype": "float16"})",
       "num_hidden_layers"},
      {R"({"model_type": "llama", "hidden_size": "x", "num_hidden_layers": 1})", "hidden_size"},
      {R"({"text_config": {"model_type": "llama", "hidden_size": 64, "num_hidden_layers": -1,
          "num_attention_heads": 4, "torch_dtype": "float16"}})",
       "num_hidden_layers"},
      {R"({"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 1,
          "num_attention_heads": 4, "torch_dtype": "float17"})",
       "float17"},
      {"{", ""},
      {"", ""}};
  for (const auto& [json, field] : cases) {
    try {
      read(json);
      ADD_FAILURE() << json;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(path_));
      EXPECT_THAT(error.what(), testing::HasSubstr(field));
    }
  }
  EXPECT_THROW(read_model_file(path_ + ".missing"), Error);
}

}  // namespace
}  // namespace spillway::scenario
