// SPDX-License-Identifier: Apache-2.0
#include "text/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/text/temporary_directory.h"
#include "text/json_writer.h"

namespace spillway::text {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

JsonValue parse(std::string_view json, const JsonLimits& limits = {}) {
  return parse_json(json, "config.json", limits);
}

TEST(JsonReader, ReadsEveryType) {
  const JsonValue value = parse(
      R"({"n":null,"b":true,"i":-5,"u":18446744073709551615,"r":0.5,"s":"é\n","a":[1,[2]],"o":{}})");
  EXPECT_TRUE(value.at("n").is_null());
  EXPECT_TRUE(value.at("b").as_bool());
  EXPECT_EQ(value.at("i").as_int(), -5);
  EXPECT_EQ(value.at("u").as_uint(), 18446744073709551615U);
  EXPECT_EQ(value.at("r").as_double(), 0.5);
  EXPECT_EQ(value.at("s").as_string(), "\xC3\xA9\n");
  EXPECT_EQ(value.at("a").elements().at(1).elements().at(0).as_positive(), 2U);
  EXPECT_TRUE(value.at("o").members().empty());
  EXPECT_EQ(value.find("missing"), nullptr);
}

TEST(JsonReader, KeepsTheOrderOfMembers) {
  const JsonValue value = parse(R"({"z":1,"a":2,"m":3})");
  std::string keys;
  for (const auto& [key, member] : value.members()) keys += key;
  EXPECT_EQ(keys, "zam");
}

TEST(JsonReader, TakesAWholeNumberForAnyNumber) {
  EXPECT_EQ(parse("3").as_double(), 3.0);
  EXPECT_EQ(parse("-3").as_double(), -3.0);
  EXPECT_EQ(parse("3").as_int(), 3);
}

TEST(JsonReader, SaysWhichValueHasTheWrongType) {
  const JsonValue value = parse(R"({"layers":"abc","rope":{"factor":[1,"x"]},"n":0,"r":1.5})");
  EXPECT_EQ(error_of([&] { value.at("layers").as_positive(); }),
            "config.json: layers: expected a positive integer, found \"abc\"");
  EXPECT_EQ(error_of([&] { value.at("rope").at("factor").elements()[1].as_double(); }),
            "config.json: rope.factor[1]: expected a number, found \"x\"");
  EXPECT_EQ(error_of([&] { value.at("n").as_positive(); }),
            "config.json: n: expected a positive integer, found 0");
  EXPECT_THROW(value.at("r").as_uint(), Error);
  EXPECT_THROW(value.at("r").as_bool(), Error);
  EXPECT_THROW(value.at("r").members(), Error);
  EXPECT_THROW(parse("18446744073709551615").as_int(), Error);
  EXPECT_EQ(error_of([&] { value.at("heads"); }),
            "config.json: expected the key \"heads\", found none");
}

TEST(JsonReader, CutsLongValuesInMessages) {
  const std::string json = "[" + std::string(200, '1') + ",2]";
  EXPECT_LT(error_of([&] { parse(json).as_bool(); }).size(), 130U);
}

TEST(JsonReader, SaysWhereTextIsNoJson) {
  EXPECT_THAT(error_of([] { parse("{\"a\": 1,\n\"b\" 2}"); }),
              StartsWith("config.json:2: byte 13: "));
  for (const char* bad : {"", "{", "[1,]", "nul", R"({"a":1}x)", R"("\q")", "\"\x01\"", "01",
                          "\"\xFF\"", "1e999", "[1 2]", "{1:2}"}) {
    EXPECT_THAT(error_of([&] { parse(bad); }), StartsWith("config.json:1: byte ")) << bad;
  }
}

TEST(JsonReader, RefusesTheSameKeyTwice) {
  EXPECT_EQ(error_of([] { parse(R"({"o":{"a":1,"a":2}})"); }),
            "config.json: o: expected every key once, found \"a\" twice");
}

TEST(JsonReader, HoldsItsLimits) {
  EXPECT_NO_THROW(parse("[[[]]]", {.depth = 3}));
  EXPECT_THAT(error_of([] { parse("[[[]]]", {.depth = 2}); }), HasSubstr("at most 2 levels"));
  EXPECT_THROW(parse(std::string(1'000'000, '[')), Error);
  EXPECT_THAT(error_of([] { parse("[1234]", {.size = Bytes(5)}); }), HasSubstr("at most 5 bytes"));
}

TEST(JsonReader, ReadsFiles) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.json", "{\"a\": [1]}\n");
  EXPECT_EQ(read_json(path).at("a").elements().size(), 1U);
  EXPECT_EQ(error_of([&] { read_json(path).at("a").as_string(); }),
            path + ": a: expected a text in quotes, found [1]");
  EXPECT_THAT(error_of([&] { read_json(directory.file("none")); }), HasSubstr("No such file"));
  EXPECT_THAT(error_of([&] { read_json(directory.path()); }), HasSubstr("is a directory"));
}

TEST(JsonReader, AValueIsWrittenAsItWasRead) {
  const std::string text =
      R"({"a":[1,-2,2.5,18446744073709551615,null],"b":{"c":"d\n\"","e":true},"f":[],"g":{}})";
  JsonWriter writer;
  write_json(writer, parse_json(text, "test"));
  EXPECT_EQ(writer.text(), text);
}

}  // namespace
}  // namespace spillway::text
