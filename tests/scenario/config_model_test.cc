// SPDX-License-Identifier: Apache-2.0
#include "scenario/config_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/error.h"

namespace spillway::scenario {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

kv::ModelShape shape_of(const Given& given) {
  ModelFields fields;
  for (const auto& [name, text] : given) EXPECT_EQ(set_model_field(fields, name, text), "") << name;
  return model_shape(fields, "mine", "f.yaml:2: model_configs.mine");
}

// Bytes a token of the tier benchmark's table of models.
TEST(ConfigModel, HasTheBytesOfThePublishedTable) {
  EXPECT_EQ(kv::bytes_per_token(shape_of({})).count(), 131'072U)
      << "the defaults are llama3.1-8b's";
  EXPECT_EQ(kv::bytes_per_token(shape_of({{"attention_type", "mha"}})).count(), 524'288U);
  EXPECT_EQ(kv::bytes_per_token(
                shape_of({{"num_layers", "80"}, {"hidden_dim", "8192"}, {"num_heads", "64"}}))
                .count(),
            327'680U);
  EXPECT_EQ(kv::bytes_per_token(shape_of({{"num_layers", "36"},
                                          {"hidden_dim", "2880"},
                                          {"num_heads", "64"},
                                          {"kv_dim_per_head", "64"}}))
                .count(),
            73'728U);
  EXPECT_EQ(kv::bytes_per_token(shape_of({{"num_layers", "61"},
                                          {"num_heads", "128"},
                                          {"attention_type", "mla"},
                                          {"kv_lora_rank", "512"},
                                          {"qk_rope_head_dim", "64"}}))
                .count(),
            70'272U);
  EXPECT_EQ(kv::bytes_per_token(shape_of({{"dtype", "int8"}})).count(), 65'536U);
}

TEST(ConfigModel, AFieldSaysWhatItExpects) {
  const std::vector<std::pair<Given::value_type, std::string>> cases = {
      {{"num_layers", "0"}, "1 to 1000000"}, {{"num_layers", "2.5"}, "whole number"},
      {{"num_heads", ""}, "whole number"},   {{"kv_heads", "1000001"}, "1 to 1000000"},
      {{"dtype", "float17"}, "float16"},     {{"attention_type", "linear"}, "mha, gqa or mla"},
      {{"layers", "3"}, "unknown key"},
  };
  for (const auto& [given, expected] : cases) {
    ModelFields fields;
    EXPECT_THAT(set_model_field(fields, given.first, given.second), testing::HasSubstr(expected));
  }
}

TEST(ConfigModel, RefusesContradictionsNamingThePlace) {
  const std::vector<std::pair<Given, std::string>> cases = {
      {{{"num_heads", "4"}}, "kv_heads (8)"},
      {{{"attention_type", "mha"}, {"kv_heads", "8"}}, "mha"},
      {{{"attention_type", "mla"}}, "kv_lora_rank"},
      {{{"attention_type", "gqa"}, {"kv_lora_rank", "512"}}, "mla"},
      {{{"kv_lora_rank", "512"}}, "qk_rope_head_dim"},
      {{{"hidden_dim", "16"}}, "hidden_dim (16)"},
  };
  for (const auto& [given, why] : cases) {
    try {
      shape_of(given);
      ADD_FAILURE() << why << ": accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("f.yaml:2: model_configs.mine: "));
      EXPECT_THAT(error.what(), testing::HasSubstr(why));
    }
  }
}

}  // namespace
}  // namespace spillway::scenario
