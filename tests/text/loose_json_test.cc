// SPDX-License-Identifier: Apache-2.0
#include "text/loose_json.h"

#include <gtest/gtest.h>

namespace spillway::text {
namespace {

const JsonValue& document() {
  static const JsonValue value = parse_json(
      R"({"whole": 7, "large": 9007199254740993, "cut": -2.9, "yes": true, "text": " 12 ",
          "words": "12 bytes", "null": null, "huge": 1e300, "list": [1, 2], "object": {"a": 1}})",
      "test");
  return value;
}

const JsonValue* at(std::string_view key) { return member(&document(), key); }

TEST(LooseJson, TakesAWholeNumberFromWhateverHoldsOne) {
  EXPECT_EQ(loose_int(at("whole")), 7);
  EXPECT_EQ(loose_int(at("large")), 9007199254740993) << "exact above 2^53";
  EXPECT_EQ(loose_int(at("cut")), -2);
  EXPECT_EQ(loose_int(at("yes")), 1);
  EXPECT_EQ(loose_int(at("text")), 12);
}

TEST(LooseJson, HasNothingForWhatHoldsNone) {
  for (const std::string_view key : {"words", "null", "huge", "list", "object", "missing"}) {
    EXPECT_FALSE(loose_int(at(key))) << key;
  }
  EXPECT_FALSE(loose_number(at("words")));
  EXPECT_FALSE(loose_number(nullptr));
  EXPECT_EQ(loose_text(at("whole")), "");
  EXPECT_FALSE(loose_flag(at("whole")));
  EXPECT_TRUE(loose_elements(at("object")).empty());
  EXPECT_TRUE(loose_members(at("list")).empty());
  EXPECT_EQ(member(at("list"), "a"), nullptr);
  EXPECT_EQ(member(nullptr, "a"), nullptr);
}

TEST(LooseJson, GivesTheOtherTypesAsTheyAre) {
  EXPECT_DOUBLE_EQ(loose_number(at("cut")).value(), -2.9);
  EXPECT_DOUBLE_EQ(loose_number(at("text")).value(), 12);
  EXPECT_EQ(loose_text(at("words")), "12 bytes");
  EXPECT_TRUE(loose_flag(at("yes")));
  EXPECT_EQ(loose_elements(at("list")).size(), 2U);
  EXPECT_EQ(loose_int(member(at("object"), "a")), 1);
}

}  // namespace
}  // namespace spillway::text
