// SPDX-License-Identifier: Apache-2.0
#include "workload/csv_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

// Columns at (seconds), in, out, who.
constexpr CsvFormat kFormat{.name = "test",
                            .parser_for = [](const text::CsvReader& reader) -> CsvRowParser {
                              const CsvColumn at = csv_column(reader, "at");
                              const CsvColumn in = csv_column(reader, "in");
                              const CsvColumn out = csv_column(reader, "out");
                              const CsvColumn who = csv_column(reader, "who");
                              return [=](const text::CsvRow& row) {
                                return CsvRequest{.at = csv_seconds(row, at),
                                                  .context = csv_tokens(row, in, 1),
                                                  .generate = csv_tokens(row, out, 0),
                                                  .session = row.fields[who.index]};
                              };
                            }};
constexpr const char* kHeader = "at,in,out,who\n";

RequestList read(const std::string& path, std::optional<std::uint64_t> most = std::nullopt) {
  return read_csv_list(kFormat, path, most);
}

RequestList list_of(const std::string& rows) {
  const TemporaryDirectory directory;
  return read(directory.write("a.csv", kHeader + rows));
}

std::vector<Duration> due_times(const RequestList& list) {
  std::vector<Duration> times;
  for (const ListedRequest& request : list.requests) times.push_back(request.due);
  return times;
}

TEST(CsvList, MakesARequestOfARow) {
  const RequestList list = list_of("100.25,3,4,\n100.5,5,0,\n");
  EXPECT_EQ(list.format, "test");
  EXPECT_TRUE(list.timed);
  EXPECT_EQ(list.users, 2U);
  EXPECT_EQ(list.conversations, 0U);
  EXPECT_THAT(list.requests, ElementsAre(ListedRequest{.user = 0, .context = 3, .generate = 4},
                                         ListedRequest{.user = 1, .context = 5, .due = 250ms}));
}

TEST(CsvList, MakesSessionsConversationsAndUsers) {
  const RequestList list = list_of("0,1,1,b\n0,2,1,\n0,3,1,a\n0,4,1,b\n0,5,1,\n");
  EXPECT_EQ(list.users, 4U);
  EXPECT_EQ(list.conversations, 2U);
  std::vector<std::string> places;
  for (const ListedRequest& request : list.requests) {
    places.push_back(std::to_string(request.user) + "/" + std::to_string(request.conversation) +
                     "/" + std::to_string(request.turn));
  }
  EXPECT_THAT(places, ElementsAre("0/1/1", "1/0/0", "2/2/1", "0/1/2", "3/0/0"));
}

TEST(CsvList, DealsRequestsWithoutASessionToAThousandUsers) {
  std::string rows;
  for (int i = 0; i < 1002; ++i) rows += "0,1,1,\n";
  const RequestList list = list_of(rows);
  EXPECT_EQ(list.users, 1000U);
  EXPECT_EQ(list.requests[999].user, 999U);
  EXPECT_EQ(list.requests[1001].user, 1U);
}

TEST(CsvList, CountsATimeStampThatGoesBackAsTheLatest) {
  EXPECT_THAT(due_times(list_of("10,1,1,\n12,1,1,\n11,1,1,\n13,1,1,\n")),
              ElementsAre(0s, 2s, 2s, 3s));
}

TEST(CsvList, LetsFilesFollowOneAnother) {
  const TemporaryDirectory directory;
  directory.write("1.csv", kHeader + std::string("10,1,1,a\n14,1,1,\n"));
  directory.write("2.csv", kHeader + std::string("17,1,1,a\n"));         // 3 s later
  directory.write("3.csv", kHeader + std::string("5,1,1,\n6,1,1,b\n"));  // starts anew
  const RequestList list = read(directory.path());
  EXPECT_THAT(due_times(list), ElementsAre(0s, 4s, 7s, 7s, 8s));
  EXPECT_EQ(list.requests[2].turn, 2U);
  EXPECT_EQ(list.users, 4U);
}

TEST(CsvList, ReadsNoMoreThanIsAskedFor) {
  const TemporaryDirectory directory;
  directory.write("1.csv", kHeader + std::string("1,1,1,\n2,1,1,\n"));
  directory.write("2.csv", "not read");
  EXPECT_EQ(read(directory.path(), 2).requests.size(), 2U);
  EXPECT_THAT(error_of([&] { read(directory.path(), 3); }), HasSubstr("2.csv:1: "));
}

TEST(CsvList, CountsRowsThatAreNoRequests) {
  const RequestList list = list_of(
      "0,0,1,\n"           // a failed request
      "x,1,1,\n"           // no time
      "nan,1,1,\n"         //
      "inf,1,1,\n"         //
      "-1,1,1,\n"          //
      "4000000001,1,1,\n"  // beyond all times
      "0,1.5,1,\n"         //
      "0,-1,1,\n"          //
      "0,1,,\n"            //
      "0,1,1073741825,\n"  // 2^30 + 1
      "0,1,1\n"            // a field is missing
      "0,1,1,,\n"          // there is one too many
      "7,1073741824,0,\n");
  EXPECT_EQ(list.skipped, 12U);
  EXPECT_THAT(list.requests, ElementsAre(ListedRequest{.context = 1U << 30U}));
}

TEST(CsvList, BoundsTheSumOfAllTimes) {
  const TemporaryDirectory directory;
  for (const char* name : {"1.csv", "2.csv", "3.csv"}) {
    directory.write(name, kHeader + std::string("0,1,1,\n3000000000,1,1,\n"));
  }
  const RequestList list = read(directory.path());
  EXPECT_THAT(due_times(list), ElementsAre(0s, 3000000000s, 3000000000s, 3000000000s));
  EXPECT_EQ(list.skipped, 2U);
}

TEST(CsvList, RefusesAListWithoutARequest) {
  const TemporaryDirectory directory;
  const auto fault = [&](const std::string& content) {
    const std::string path = directory.write("a.csv", content);
    return error_of([&] { read(path); });
  };
  const std::string path = directory.file("a.csv");
  EXPECT_EQ(fault(kHeader), path + ":1: expected rows below the header, found none");
  EXPECT_EQ(fault(kHeader + std::string("0,0,1,\n0,0,2,\n")),
            path +
                ":2: in: expected a whole number of 1 to 1073741824, found \"0\": expected a "
                "request in one of 2 rows, found none");
  EXPECT_THAT(fault(kHeader + std::string("\x1B[2J,1,1,\n")), HasSubstr("found \"\\u001b[2J\""));
  EXPECT_THAT(fault(kHeader + std::string(100, '1') + ",1,1,\n"), HasSubstr("111\"..."));
  EXPECT_THAT(fault("at,in,who\n1,1,1\n"),
              EndsWith(":1: expected a column \"out\", found at, in, who"));
  EXPECT_THAT(fault(kHeader + std::string("0,1,1,\n0,1,1,\"a\n")),
              HasSubstr(":3: expected a quote"));
}

}  // namespace
}  // namespace spillway::workload
