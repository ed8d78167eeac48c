// SPDX-License-Identifier: Apache-2.0
#include "record/io_trace_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"

namespace spillway::record {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kNarrow = "Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase\n";
const std::string kWide =
    "Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase,Request,Conversation\n";

std::vector<IoTraceRow> rows_of(const std::string& content) {
  const TemporaryDirectory directory;
  return read_io_trace(directory.write("trace.csv", content));
}

// The message without the path.
std::string error_in(const std::string& content) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("trace.csv", content);
  const std::string text = error_of([&] { read_io_trace(path); });
  EXPECT_TRUE(text.starts_with(path)) << text;
  return text.substr(path.size());
}

TEST(IoTraceReader, ReadsRowsOfTheNarrowLayout) {
  EXPECT_THAT(rows_of(kNarrow + "1712345678.901234,Write,41943040,Tier-2,user_0001_ctx,Prefill\n"
                                "0.000005,Read,1,Tier-0,a,Decode\n"
                                "12,Read,0,Tier-1,b,Evict"),
              ElementsAre(IoTraceRow{.time = 1'712'345'678s + 901'234us,
                                     .operation = IoOperation::write,
                                     .size = Bytes(41'943'040),
                                     .tier = TierId::storage,
                                     .key = "user_0001_ctx",
                                     .phase = IoPhase::prefill},
                          IoTraceRow{.time = 5us,
                                     .operation = IoOperation::read,
                                     .size = Bytes(1),
                                     .tier = TierId::gpu,
                                     .key = "a",
                                     .phase = IoPhase::decode},
                          IoTraceRow{.time = 12s,
                                     .operation = IoOperation::read,
                                     .size = Bytes(0),
                                     .tier = TierId::cpu,
                                     .key = "b",
                                     .phase = IoPhase::evict}));
  EXPECT_THAT(rows_of(kNarrow), IsEmpty());
}

TEST(IoTraceReader, ReadsRowsOfTheWideLayout) {
  EXPECT_THAT(
      rows_of(kWide + "1.5,Delete,7,Tier-2,a,Evict,,\n1.5,Read,7,Tier-2,a,Decode,17,3\n"),
      ElementsAre(
          IoTraceRow{.time = 1500ms,
                     .operation = IoOperation::remove,
                     .size = Bytes(7),
                     .key = "a",
                     .phase = IoPhase::evict},
          IoTraceRow{
              .time = 1500ms, .size = Bytes(7), .key = "a", .request = 17, .conversation = 3}));
}

TEST(IoTraceReader, ReadsTimesToTheNanosecond) {
  const auto time = [](const std::string& text) {
    return rows_of(kNarrow + text + ",Read,1,Tier-2,a,Decode\n").at(0).time;
  };
  EXPECT_EQ(time("0.123456789"), 123'456'789ns);
  EXPECT_EQ(time("3.1"), 3'100ms);
  EXPECT_EQ(time("9223372035.999999999"), Duration(9'223'372'035'999'999'999));
}

TEST(IoTraceReader, TellsTheLayout) {
  const TemporaryDirectory directory;
  EXPECT_EQ(IoTraceReader(directory.write("a", kNarrow)).layout(), IoTraceLayout::narrow);
  EXPECT_EQ(IoTraceReader(directory.write("b", kWide)).layout(), IoTraceLayout::wide);
}

TEST(IoTraceReader, RefusesAnotherFile) {
  EXPECT_EQ(error_in(""),
            ":1: expected the header of an I/O trace, "
            "\"Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase\", found \"an empty file\"");
  EXPECT_THAT(error_in("ts,op,key,bytes\n"), HasSubstr("found \"ts,op,key,bytes\""));
  EXPECT_THAT(error_in("Timestamp,Operation,Object_Size_Bytes,Tier,Key,Phase,Request\n"),
              HasSubstr(":1: expected the header"));
}

TEST(IoTraceReader, RefusesABadFieldByLineAndName) {
  const std::string good = "1.5,Read,7,Tier-2,a,Decode\n";
  EXPECT_EQ(error_in(kNarrow + good + "1.5,read,7,Tier-2,a,Decode\n"),
            ":3: expected Read, Write or Delete as Operation, found \"read\"");
  EXPECT_EQ(error_in(kNarrow + "1.5,Read,-7,Tier-2,a,Decode\n"),
            ":2: expected a whole number as Object_Size_Bytes, found \"-7\"");
  EXPECT_EQ(error_in(kNarrow + "1.5,Read,7,Tier-3,a,Decode\n"),
            ":2: expected Tier-0, Tier-1 or Tier-2 as Tier, found \"Tier-3\"");
  EXPECT_EQ(error_in(kNarrow + "1.5,Read,7,Tier-2,\"a\",Decode\n"),
            ":2: expected a key without quotes as Key, found \"\"a\"\"");
  EXPECT_EQ(error_in(kNarrow + "1.5,Read,7,Tier-2,a,Load\n"),
            ":2: expected Prefill, Decode or Evict as Phase, found \"Load\"");
  EXPECT_EQ(error_in(kWide + "1.5,Read,7,Tier-2,a,Decode,x,\n"),
            ":2: expected a whole number or nothing as Request, found x");
  for (const std::string time : {"", ".5", "1.", "-1.5", "+1.5", " 1.5", "1.5 ", "1e3", "1.-5",
                                 "1.1234567890", "9223372036.0", "99999999999999999999"}) {
    EXPECT_EQ(error_in(kNarrow + time + ",Read,7,Tier-2,a,Decode\n"),
              ":2: expected seconds as Timestamp, found \"" + time + "\"");
  }
}

TEST(IoTraceReader, RefusesAnotherNumberOfColumns) {
  EXPECT_EQ(error_in(kNarrow + "\n"), ":2: expected seconds as Timestamp, found \"\"");
  EXPECT_EQ(error_in(kNarrow + "1.5,Read,7,Tier-2,a\n"),
            ":2: expected a column Phase, found the end of the line");
  EXPECT_EQ(error_in(kNarrow + "1.5,Read,7,Tier-2,a,Decode,\n"),
            ":2: expected the end of the line, found \",\"");
  EXPECT_EQ(error_in(kWide + "1.5,Read,7,Tier-2,a,Decode,1\n"),
            ":2: expected a column Conversation, found the end of the line");
}

TEST(IoTraceReader, RefusesWhatIsNotCompressedAsItsNameSays) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("trace.csv.zst", kNarrow);
  EXPECT_THAT(error_of([&] { read_io_trace(path); }), HasSubstr(path + ": expected a zstd file"));
}

}  // namespace
}  // namespace spillway::record
