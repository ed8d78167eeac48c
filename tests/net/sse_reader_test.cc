// SPDX-License-Identifier: Apache-2.0
#include "net/sse_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace spillway::net {

// GoogleTest prints it when events differ.
void PrintTo(const SseEvent& event, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << testing::PrintToString(event.name) << ": " << testing::PrintToString(event.data);
}

namespace {

using Events = std::vector<SseEvent>;

// The events of `bytes`, fed in pieces of `piece`; the end of the stream ends the last.
Events read(std::string_view bytes, std::size_t piece) {
  Events events;
  const auto add = [&](SseEvent event) { events.push_back(std::move(event)); };
  SseReader reader;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    EXPECT_TRUE(reader.feed(bytes.substr(at, piece), add));
  }
  EXPECT_TRUE(reader.finish(add));
  return events;
}

Events read(std::string_view bytes) { return read(bytes, std::max<std::size_t>(bytes.size(), 1)); }

Events data(const std::vector<std::string>& texts) {
  Events events;
  for (const std::string& text : texts) events.push_back({.name = "", .data = text});
  return events;
}

// Streams like the worked ones in WHATWG HTML, section 9.2.6, with what they give there.
TEST(SseReaderTest, JoinsTheDataLinesOfAnEvent) {
  EXPECT_EQ(read("data: YHOO\ndata: +2\ndata: 10\n\n"), data({"YHOO\n+2\n10"}));
}

TEST(SseReaderTest, PassesOverCommentsAndFieldsForReconnecting) {
  EXPECT_EQ(read(": a comment\n\ndata: one\nid: 1\n\nretry: 10000\ndata:two\nid\n\n"),
            data({"one", "two"}));
}

TEST(SseReaderTest, AFieldWithoutColonHasAnEmptyValue) {
  EXPECT_EQ(read("data\n\ndata\ndata\n\ndata:\n\n"), data({"", "\n", ""}));
}

TEST(SseReaderTest, ABlankAfterTheColonIsNoPartOfTheValue) {
  EXPECT_EQ(read("data:test\n\ndata: test\n\ndata:   test \n\n"), data({"test", "test", "test "}));
}

TEST(SseReaderTest, NamesAreOfTheirEventAlone) {
  const Events expected = {{.name = "add", .data = "73857293"},
                           {.name = "", .data = "2153"},
                           {.name = "last", .data = "x"}};
  EXPECT_EQ(read("event: add\ndata: 73857293\n\ndata: 2153\n\n"
                 "event: first\nevent: last\ndata: x\n\n"),
            expected);
}

TEST(SseReaderTest, AnEventWithoutDataIsNone) {
  EXPECT_EQ(read("event: ping\n\ndata: x\n\n\n\n"), data({"x"}));
}

TEST(SseReaderTest, LineEndsMayBeMixed) {
  EXPECT_EQ(read("data: a\r\n\r\ndata: b\r\rdata: c\n\r\ndata: d\r\n\ndata: e\r\ndata: f\n\n"),
            data({"a", "b", "c", "d", "e\nf"}));
}

TEST(SseReaderTest, ColonsAfterTheFirstAreData) {
  EXPECT_EQ(read("data: {\"a\":1}\n\n"), data({R"({"a":1})"}));
}

TEST(SseReaderTest, FieldsAreSpeltExactly) {
  EXPECT_TRUE(read("Data: a\n data: b\ndata : c\ndatas: d\n\n").empty());
}

TEST(SseReaderTest, AByteOrderMarkMayLeadTheStreamAndNothingElse) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "data: a\n\n\xEF\xBB\xBF"
                 "data: b\n\n"),
            data({"a"}));
}

TEST(SseReaderTest, TheEndOfTheStreamEndsTheLastEvent) {
  EXPECT_EQ(read("data: a\n\ndata: b\ndata: c"), data({"a", "b\nc"}));
  EXPECT_EQ(read("data: a\n"), data({"a"}));
  EXPECT_EQ(read("data: a\n\n"), data({"a"}));
  EXPECT_TRUE(read("event: a").empty());
  EXPECT_TRUE(read("").empty());
}

TEST(SseReaderTest, CutsMakeNoDifference) {
  const std::string bytes =
      "\xEF\xBB\xBF"
      "event: token\r\ndata: {\"text\":\"\xC3\xA9\"}\r\n\r\n: ping\r\rdata: a\ndata\n\r\n"
      "data: [DONE]\r\n\r\n";
  const Events expected = {{.name = "token", .data = "{\"text\":\"\xC3\xA9\"}"},
                           {.name = "", .data = "a\n"},
                           {.name = "", .data = "[DONE]"}};
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    EXPECT_EQ(read(bytes, piece), expected) << piece;
  }
}

// The time of an event must not wait for a line feed that may come with the next one.
TEST(SseReaderTest, AnEventIsGivenAtTheFirstByteThatEndsIt) {
  Events events;
  const auto add = [&](SseEvent event) { events.push_back(std::move(event)); };
  SseReader reader;
  ASSERT_TRUE(reader.feed("data: a\r\n", add));
  EXPECT_TRUE(events.empty());
  ASSERT_TRUE(reader.feed("\r", add));
  EXPECT_EQ(events, data({"a"}));
  ASSERT_TRUE(reader.feed("\ndata: b\n\n", add));
  EXPECT_EQ(events, data({"a", "b"}));
}

// Whether a reader with a limit of 16 bytes takes it, in one piece and byte by byte.
struct Limited {
  bool whole = true;
  bool byte_by_byte = true;
  Events events;
  std::string fault;
};

Limited read_limited(std::string_view bytes) {
  Limited result;
  SseReader at_once(16_B);
  result.whole = at_once.feed(bytes, [&](SseEvent e) { result.events.push_back(std::move(e)); });
  result.fault = at_once.fault();
  SseReader slowly(16_B);
  for (const char c : bytes) result.byte_by_byte = slowly.feed({&c, 1}, [](const SseEvent&) {});
  return result;
}

TEST(SseReaderTest, TheLimitIsOnOneEventAndNotOnTheStream) {
  const Limited full = read_limited("data: 3456789abc\n\n: 23456789abcdef\n\ndata: x\n\n");
  EXPECT_TRUE(full.whole);
  EXPECT_TRUE(full.byte_by_byte);
  EXPECT_EQ(full.events, data({"3456789abc", "x"}));
}

TEST(SseReaderTest, RefusesAnEventAboveTheLimit) {
  for (const std::string_view bytes :
       {"data: x\n\ndata: 3456789abcd\n\ndata: y\n\n", "data: x\n\n: 3456789abcdefghi",
        "data: x\n\ndata: 34567\ndata: 345678\n\n", "data: x\n\nevent: 34567\ndata:3456789\n\n"}) {
    const Limited refused = read_limited(bytes);
    EXPECT_FALSE(refused.whole) << bytes;
    EXPECT_FALSE(refused.byte_by_byte) << bytes;
    EXPECT_EQ(refused.events, data({"x"})) << bytes;
    EXPECT_EQ(refused.fault, "an event of its stream is longer than 16 bytes");
  }
}

TEST(SseReaderTest, GivesNothingOnceItHasFailed) {
  Events events;
  const auto add = [&](SseEvent event) { events.push_back(std::move(event)); };
  SseReader reader(7_B);
  EXPECT_FALSE(reader.feed("data: a\ndata: b", add));
  EXPECT_FALSE(reader.feed("\n\n", add));
  EXPECT_FALSE(reader.finish(add));
  EXPECT_TRUE(events.empty());
}

}  // namespace
}  // namespace spillway::net
