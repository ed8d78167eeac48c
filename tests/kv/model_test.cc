// SPDX-License-Identifier: Apache-2.0
#include "kv/model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "kv/catalogue.h"

namespace spillway::kv {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

const ModelShape& model(std::string_view name) { return *find_model(name); }

TEST(ElementType, HasItsSize) {
  EXPECT_EQ(element_size(ElementType::float32), 4_B);
  EXPECT_EQ(element_size(ElementType::float16), 2_B);
  EXPECT_EQ(element_size(ElementType::bfloat16), 2_B);
  EXPECT_EQ(element_size(ElementType::int8), 1_B);
  EXPECT_EQ(element_size(ElementType::fp8), 1_B);
}

TEST(ElementType, IsReadInTheSpellingsOfConfigsAndEngines) {
  EXPECT_EQ(parse_element_type("bfloat16"), ElementType::bfloat16);
  EXPECT_EQ(parse_element_type("torch.float16"), ElementType::float16);
  EXPECT_EQ(parse_element_type("float32"), ElementType::float32);
  EXPECT_EQ(parse_element_type("int8"), ElementType::int8);
  EXPECT_EQ(parse_element_type("float8_e4m3fn"), ElementType::fp8);
  EXPECT_EQ(parse_element_type("fp8_e5m2"), ElementType::fp8);
}

TEST(ElementType, OfUnknownSizeIsRefused) {
  for (const char* text : {"", "auto", "int4", "Float16", "torch.", "float16 "}) {
    EXPECT_THAT([&] { parse_element_type(text); },
                ThrowsMessage<Error>(HasSubstr("'" + std::string(text) + "'")));
  }
}

TEST(ElementType, IsWrittenAsItIsRead) {
  using enum ElementType;
  for (const ElementType type : {float32, float16, bfloat16, int8, fp8}) {
    EXPECT_EQ(parse_element_type(to_text(type)), type);
  }
  EXPECT_EQ(to_text(bfloat16), "bfloat16");
  EXPECT_EQ(to_text(fp8), "fp8");
}

TEST(AttentionKind, IsWrittenInLowerCase) {
  EXPECT_EQ(to_text(AttentionKind::mha), "mha");
  EXPECT_EQ(to_text(AttentionKind::gqa), "gqa");
  EXPECT_EQ(to_text(AttentionKind::mla), "mla");
}

TEST(BytesPerToken, FollowsTheElementSize) {
  ModelShape shape = model("deepseek-v3");
  shape.element = ElementType::fp8;
  EXPECT_EQ(bytes_per_token(shape), 35'136_B);  // kvbench's figure for fp8
  shape.element = ElementType::float32;
  EXPECT_EQ(bytes_per_token(shape), 140'544_B);
}

TEST(BytesPerToken, SplitsKvHeadsOverRanks) {
  const ModelShape& shape = model("llama3.1-70b-instruct");
  EXPECT_EQ(bytes_per_token_per_rank(shape, 4), 81'920_B);
  EXPECT_EQ(bytes_per_token(shape, 4), 327'680_B);
  EXPECT_EQ(bytes_per_token_per_rank(shape, 8), 40'960_B);
  EXPECT_EQ(bytes_per_token(shape, 8), 327'680_B);
}

TEST(BytesPerToken, RepeatsKvHeadsWhenThereAreMoreRanks) {
  const ModelShape& shape = model("llama3.1-70b-instruct");  // 8 KV heads
  EXPECT_EQ(bytes_per_token_per_rank(shape, 16), 40'960_B);
  EXPECT_EQ(bytes_per_token(shape, 16), 655'360_B);
}

TEST(BytesPerToken, RepeatsTheLatentOnEachRank) {
  const ModelShape& shape = model("deepseek-v3");
  EXPECT_EQ(bytes_per_token_per_rank(shape, 8), 70'272_B);
  EXPECT_EQ(bytes_per_token(shape, 8), 562'176_B);
}

TEST(BytesPerToken, RefusesAnUnevenSplit) {
  const ModelShape& shape = model("llama3.1-8b");  // 32 heads, 8 KV heads
  for (const std::uint32_t ranks : {0U, 3U, 64U}) {
    EXPECT_THAT([&] { (void)bytes_per_token(shape, ranks); },
                ThrowsMessage<Error>(HasSubstr("divide")));
  }
  EXPECT_THROW((void)bytes_per_token(model("deepseek-v3"), 3), Error);
}

TEST(Planning, KnowsThePublishedFigures) {
  EXPECT_EQ(active_set(model("llama3.1-70b-instruct"), 40, Tokens(8192)), 100_GiB);
  EXPECT_EQ(peak_in_flight(model("llama3.1-8b"), 16, Tokens(8192)), 16_GiB);
  EXPECT_EQ(peak_in_flight(model("llama3.1-8b"), 200, Tokens(8192)), 200_GiB);
}

TEST(Planning, CountsAllRanks) {
  EXPECT_EQ(active_set(model("llama3.1-70b-instruct"), 40, Tokens(8192), 16), 200_GiB);
}

TEST(Planning, RefusesWhatNoMachineAddresses) {
  EXPECT_THAT([] { (void)active_set(model("llama2-7b"), 1U << 31U, Tokens(1U << 31U)); },
              ThrowsMessage<Error>(HasSubstr("16 EiB")));
}

}  // namespace
}  // namespace spillway::kv
