// SPDX-License-Identifier: Apache-2.0
#include "workload/entry_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/text/temporary_directory.h"
#include "workload/trace_kv_cache_tester.h"
#include "workload/trace_mooncake.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

Entry mooncake(const std::string& json) {
  return EntryParser(*mooncake_format().entry).parse(json);
}
Entry agentic(const std::string& json) {
  return EntryParser(*kv_cache_tester_format().entry).parse(json);
}

TEST(EntryParser, ReadsAMooncakeRequest) {
  const Entry entry = mooncake(
      R"({"timestamp": 27482, "input_length": 1025, "output_length": 52, "hash_ids": [46, 47, 2351]})");
  EXPECT_EQ(entry.at, 27'482ms);
  EXPECT_EQ(entry.think, 0ms);
  EXPECT_EQ(entry.input, Tokens(1025));
  EXPECT_EQ(entry.output, Tokens(52));
  EXPECT_THAT(entry.block_ids, ElementsAre(46, 47, 2351));
}

TEST(EntryParser, ReadsAnAgenticRequestInAnyOrderOfKeys) {
  const Entry entry = agentic(
      R"({"hash_ids":[1,2],"x":{"t":9},"out":0,"in":191,"think_time":0.25,"type":"n","t":13.001})");
  EXPECT_EQ(entry.at, 13'001ms);
  EXPECT_EQ(entry.think, 250ms);
  EXPECT_EQ(entry.output, Tokens(0));
  EXPECT_THAT(entry.block_ids, ElementsAre(1, 2));
}

TEST(EntryParser, ForgetsThePauseOfTheEntryBefore) {
  EntryParser parser(*kv_cache_tester_format().entry);
  EXPECT_EQ(parser.parse(R"({"t":1,"in":1,"out":1,"hash_ids":[],"think_time":2})").think, 2s);
  EXPECT_EQ(parser.parse(R"({"t":1,"in":1,"out":1,"hash_ids":[]})").think, 0s);
}

TEST(EntryParser, RoundsBlocksUpOrDownAsTheFormatDoes) {
  const auto line = [](int input, const char* ids) {
    return R"({"timestamp":0,"output_length":1,"input_length":)" + std::to_string(input) +
           R"(,"hash_ids":)" + ids + "}";
  };
  EXPECT_NO_THROW(mooncake(line(512, "[1]")));
  EXPECT_NO_THROW(mooncake(line(513, "[1,2]")));
  EXPECT_EQ(error_of([&] { mooncake(line(513, "[1]")); }),
            "hash_ids: expected 2 ids (513 tokens in blocks of 512, rounded up), found 1");
  EXPECT_EQ(error_of([] { agentic(R"({"t":0,"in":127,"out":1,"hash_ids":[1,2]})"); }),
            "hash_ids: expected 1 ids (127 tokens in blocks of 64, rounded down), found 2");
}

TEST(EntryParser, SaysWhatItExpectedOfAValue) {
  const auto with_input = [](const std::string& input) {
    return error_of([&] { agentic(R"({"t":0,"out":1,"hash_ids":[],"in":)" + input + "}"); });
  };
  EXPECT_EQ(with_input("-3"), "in: expected a whole number of 1 to 1073741824, found -3");
  EXPECT_EQ(with_input("\"5\""), "in: expected a whole number of 1 to 1073741824, found \"5\"");
  for (const char* bad :
       {"0", "5.0", "1e2", "null", "true", "[5]", "1073741825", "18446744073709551615"}) {
    EXPECT_THAT(with_input(bad), HasSubstr("in: expected a whole number")) << bad;
  }
  EXPECT_THAT(with_input("99999999999999999999999"), HasSubstr("expected a whole JSON object"));
}

TEST(EntryParser, RefusesBadTimesAndIds) {
  const auto refuses = [](const std::string& json) { return error_of([&] { agentic(json); }); };
  EXPECT_THAT(refuses(R"({"t":-1,"in":1,"out":1,"hash_ids":[]})"),
              HasSubstr("t: expected seconds"));
  EXPECT_THAT(refuses(R"({"t":1e300,"in":1,"out":1,"hash_ids":[]})"),
              HasSubstr("t: expected seconds"));
  EXPECT_THAT(refuses(R"({"t":0,"in":1,"out":1,"hash_ids":[],"think_time":"1"})"),
              HasSubstr("think_time: expected seconds"));
  EXPECT_THAT(refuses(R"({"t":0,"in":64,"out":1,"hash_ids":[-1]})"), HasSubstr("found -1"));
  EXPECT_THAT(refuses(R"({"t":0,"in":64,"out":1,"hash_ids":[9223372036854775808]})"),
              HasSubstr("hash_ids: expected a whole number"));
  EXPECT_THAT(refuses(R"({"t":0,"in":64,"out":1,"hash_ids":7})"), HasSubstr("a list of block ids"));
  EXPECT_THAT(refuses(R"({"t":0,"in":1,"out":-1,"hash_ids":[]})"), HasSubstr("out: expected"));
}

TEST(EntryParser, RefusesMissingAndDoubleKeys) {
  EXPECT_EQ(error_of([] { mooncake(R"({"timestamp":0,"input_length":1,"hash_ids":[1]})"); }),
            "expected the key \"output_length\", found none");
  EXPECT_EQ(error_of([] { agentic(R"({"t":0,"in":1,"out":1,"hash_ids":[],"in":1})"); }),
            "expected the key \"in\" once, found it twice");
}

TEST(EntryParser, RefusesWhatIsNoObject) {
  for (const char* bad :
       {"", "{", "[1]", "5", R"({"t":0,"in":1,"out":1,"hash_ids":[]} x)",
        R"({"t":0,"in":1,"out":1,"hash_ids":[)", "{\"t\":\"\xFF\"}", R"({"t":nul})"}) {
    EXPECT_THAT(error_of([&] { agentic(bad); }), HasSubstr("JSON object")) << bad;
  }
}

}  // namespace
}  // namespace spillway::workload
