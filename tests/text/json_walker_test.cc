// SPDX-License-Identifier: Apache-2.0
#include "text/json_walker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"

namespace spillway::text {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// "key=value" of the members of the one object in the file.
std::vector<std::string> members_of(const std::string& json) {
  const TemporaryDirectory directory;
  JsonWalker walker(directory.write("a.json", json), Bytes(1U << 20U));
  std::vector<std::string> members;
  walker.begin_object();
  while (const auto key = walker.next_key()) {
    members.push_back(*key + "=" + std::string(walker.value()));
  }
  walker.end_document();
  return members;
}

TEST(JsonWalker, TakesValuesWhole) {
  EXPECT_THAT(members_of(R"( { "a" : 1 , "b":[1,{"x":"]}\"" }], "c":"\\", "d":{},"e":null } )"),
              ElementsAre("a=1", R"(b=[1,{"x":"]}\"" }])", R"(c="\\")", "d={}", "e=null"));
  EXPECT_THAT(members_of("{}"), ElementsAre());
}

TEST(JsonWalker, ReadsEscapedKeys) {
  EXPECT_THAT(members_of(R"({"\u0061b":1,"é":2})"), ElementsAre("ab=1", "\xC3\xA9=2"));
}

TEST(JsonWalker, DescendsWhereItIsLed) {
  const TemporaryDirectory directory;
  JsonWalker walker(directory.write("a.json", R"({"list":[{"x":1},[],{"x":2}],"after":3})"),
                    Bytes(100));
  walker.begin_object();
  EXPECT_EQ(walker.next_key(), "list");
  walker.begin_array();
  ASSERT_TRUE(walker.next_element());
  EXPECT_EQ(walker.offset(), 9U);
  walker.begin_object();
  EXPECT_EQ(walker.next_key(), "x");
  EXPECT_EQ(walker.value(), "1");
  EXPECT_EQ(walker.next_key(), std::nullopt);
  ASSERT_TRUE(walker.next_element());
  walker.begin_array();
  EXPECT_FALSE(walker.next_element());
  ASSERT_TRUE(walker.next_element());
  EXPECT_EQ(walker.value(), R"({"x":2})");
  EXPECT_FALSE(walker.next_element());
  EXPECT_EQ(walker.next_key(), "after");
  EXPECT_EQ(walker.value(), "3");
  EXPECT_EQ(walker.next_key(), std::nullopt);
  walker.end_document();
}

TEST(JsonWalker, HoldsTheTextOfAnObjectWhileWalkingThroughIt) {
  const TemporaryDirectory directory;
  const std::string object = "{\"ids\":[" + std::string(600'000, '1') + "],\"b\":2}";
  JsonWalker walker(directory.write("a.json", "[ " + object + " ]"), Bytes(1U << 20U));
  walker.begin_array();
  ASSERT_TRUE(walker.next_element());
  walker.hold();
  walker.begin_object();
  while (walker.next_key()) walker.value();
  EXPECT_EQ(walker.held(), object);
  walker.release();
  EXPECT_FALSE(walker.next_element());
}

TEST(JsonWalker, WalksThroughWhatIsLongerThanOneValueMayBe) {
  const TemporaryDirectory directory;
  std::string json = "[0";
  for (int i = 1; i < 300'000; ++i) json += ",\n" + std::to_string(i);
  JsonWalker walker(directory.write("a.json", json + "]"), Bytes(20));
  walker.begin_array();
  int count = 0;
  while (walker.next_element()) EXPECT_EQ(walker.value(), std::to_string(count++));
  walker.end_document();
  EXPECT_EQ(count, 300'000);
}

TEST(JsonWalker, RefusesAValueBeyondItsLimit) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.json", "[\n\"" + std::string(1'000'000, 'x') + "\"]");
  JsonWalker walker(path, Bytes(1000));
  walker.begin_array();
  ASSERT_TRUE(walker.next_element());
  EXPECT_THAT(error_of([&] { walker.value(); }),
              HasSubstr("a.json:2: expected no more than 1000 bytes"));
}

TEST(JsonWalker, SaysWhereAndWhatItExpected) {
  EXPECT_THAT(error_of([] { members_of("{\n \"a\" 1}"); }),
              HasSubstr("a.json:2: byte 7: expected ':' after the key, found '1'"));
  EXPECT_THAT(error_of([] { members_of("{\"a\":1"); }),
              HasSubstr("a.json:1: byte 6: expected ',' or '}', found the end of the file"));
  EXPECT_THAT(error_of([] { members_of("[]"); }), HasSubstr("expected an object, found '['"));
  EXPECT_THAT(error_of([] { members_of("{\"a\":1}\n\x01"); }),
              HasSubstr("a.json:2: byte 8: expected the end of the file, found byte 0x01"));
}

TEST(JsonWalker, RefusesWhatIsNoJson) {
  for (const char* bad : {"", "{", "{a:1}", R"({"a":})", R"({"a":1,})", "{,}", R"({"a":"x})",
                          R"({"a":1 "b":2})", "{\"a\nb\":1}", R"({"\q":1})", R"({"a":1}})"}) {
    EXPECT_THAT(error_of([&] { members_of(bad); }), HasSubstr("a.json:1: byte ")) << bad;
  }
}

}  // namespace
}  // namespace spillway::text
