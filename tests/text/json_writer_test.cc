// SPDX-License-Identifier: Apache-2.0
#include "text/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

namespace spillway::text {
namespace {

std::string quoted(std::string_view text) { return JsonWriter().value(text).text(); }

TEST(JsonWriter, KeepsTheOrderOfKeysAndNests) {
  JsonWriter writer;
  writer.begin_object().key("b").value(1).key("a").begin_array().value(true).null();
  writer.begin_object().end_object().end_array().key("c").value("x").end_object();
  EXPECT_EQ(writer.text(), R"({"b":1,"a":[true,null,{}],"c":"x"})");
  EXPECT_TRUE(writer.whole());
}

TEST(JsonWriter, WritesAListOfTexts) {
  JsonWriter json;
  json.begin_object();
  json.key("a").values(std::vector<std::string>{"x", "\""});
  json.key("b").values({});
  json.end_object();
  EXPECT_EQ(json.text(), R"({"a":["x","\""],"b":[]})");
}

TEST(JsonWriter, PrintsPrettyWithTwoSpaces) {
  JsonWriter writer(JsonLayout::pretty);
  writer.begin_object().key("a").begin_array().value(1).value(2).end_array();
  writer.key("e").begin_array().end_array().end_object();
  EXPECT_EQ(writer.text(), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}");
}

TEST(JsonWriter, WritesIntegersExactly) {
  JsonWriter writer;
  writer.begin_array().value(std::numeric_limits<std::int64_t>::min());
  writer.value(std::numeric_limits<std::uint64_t>::max()).value(std::uint8_t{7}).end_array();
  EXPECT_EQ(writer.text(), "[-9223372036854775808,18446744073709551615,7]");
}

TEST(JsonWriter, WritesTheShortestTextThatReadsBackAsTheSameDouble) {
  for (const double number :
       {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 1e22, 123456.75}) {
    const std::string text = JsonWriter().value(number).text();
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), number) << text;  // stod refuses 5e-324
  }
  EXPECT_EQ(JsonWriter().value(0.1).text(), "0.1");
}

TEST(JsonWriter, WritesNullForWhatJsonCannotSay) {
  JsonWriter writer;
  writer.begin_array().value(std::nan("")).value(HUGE_VAL).value(-HUGE_VAL).end_array();
  EXPECT_EQ(writer.text(), "[null,null,null]");
}

TEST(JsonWriter, EscapesQuotesAndControls) {
  EXPECT_EQ(quoted("a\"b\\c\n\r\t\x01\x1f"), R"("a\"b\\c\n\r\t\u0001\u001f")");
  EXPECT_EQ(quoted(std::string_view("\0", 1)), "\"\\u0000\"");
}

TEST(JsonWriter, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(quoted("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
            "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(quoted("a\xFFz"), "\"a" + replaced + "z\"");
  EXPECT_EQ(quoted("\xE2\x82"), "\"" + replaced + replaced + "\"");                 // cut short
  EXPECT_EQ(quoted("\xC0\x80"), "\"" + replaced + replaced + "\"");                 // overlong
  EXPECT_EQ(quoted("\xED\xA0\x80"), "\"" + replaced + replaced + replaced + "\"");  // surrogate
}

TEST(JsonWriter, StartsAgainAfterClear) {
  JsonWriter writer;
  writer.begin_array().value(1);
  EXPECT_FALSE(writer.whole());
  writer.clear();
  EXPECT_EQ(writer.begin_object().end_object().text(), "{}");
}

TEST(JsonWriter, TakesTheTextOfAnotherWriterAsItIs) {
  EXPECT_EQ(JsonWriter().begin_array().raw("{\"a\":1}").value(2).end_array().text(),
            "[{\"a\":1},2]");
}

TEST(JsonWriterDeathTest, RefusesWhatIsNoDocument) {
  EXPECT_DEATH(JsonWriter().begin_object().value(1), "has a key");
  EXPECT_DEATH(JsonWriter().begin_array().end_object(), "has its beginning");
  EXPECT_DEATH(JsonWriter().value(1).value(2), "one value");
  EXPECT_DEATH(JsonWriter().begin_object().key("a").end_object(), "has a value");
}

}  // namespace
}  // namespace spillway::text
