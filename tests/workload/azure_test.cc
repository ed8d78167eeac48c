// SPDX-License-Identifier: Apache-2.0
#include "workload/azure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* kHeader = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

// Time from the first of two time stamps to the second.
Duration gap(const std::string& from, const std::string& to) {
  const TemporaryDirectory directory;
  const RequestList list =
      read_azure(directory.write("a.csv", kHeader + from + ",1,1\n" + to + ",1,1\n"));
  return list.requests.at(1).due;
}

bool is_time(const std::string& stamp) {
  const TemporaryDirectory directory;
  const std::string row = "2023-01-01 00:00:00,1,1\n";
  return read_azure(directory.write("a.csv", kHeader + row + stamp + ",1,1\n")).skipped == 0;
}

// Figures of the excerpt: counted by other means.
TEST(Azure, ReadsTheConversationTrace) {
  const RequestList list = read_azure(excerpt("azure/conv_head.csv"));
  EXPECT_EQ(list.format, "azure");
  EXPECT_TRUE(list.timed);
  EXPECT_EQ(list.requests.size(), 48U);
  EXPECT_EQ(list.skipped, 0U);
  EXPECT_EQ(list.users, 48U);
  EXPECT_EQ(list.conversations, 0U);
  std::uint64_t context = 0;
  std::uint64_t generate = 0;
  for (const ListedRequest& request : list.requests) {
    context += request.context;
    generate += request.generate;
  }
  EXPECT_EQ(context, 34639U);
  EXPECT_EQ(generate, 5476U);
  EXPECT_EQ(list.requests[0], (ListedRequest{.user = 0, .context = 374, .generate = 44}));
  EXPECT_EQ(list.requests[1].due, 4'314'579'000ns);  // 18:15:46.6805900 to 18:15:50.9951690
  EXPECT_EQ(list.requests[47],
            (ListedRequest{.user = 47, .context = 382, .generate = 64, .due = 26'254'478'000ns}));
}

TEST(Azure, ReadsTimeStampsOfBothReleases) {
  EXPECT_EQ(gap("2024-05-10 00:00:00.009930+00:00", "2024-05-10 00:00:00.017335+00:00"), 7405us);
  EXPECT_EQ(gap("2024-05-10 00:00:00Z", "2024-05-10 00:00:01.000000001"), 1s + 1ns);
}

TEST(Azure, KnowsTheCalendar) {
  EXPECT_EQ(gap("2024-02-28 23:59:59.5", "2024-03-01 00:00:00"), 24h + 500ms);  // a leap year
  EXPECT_EQ(gap("2023-12-31 23:00:00", "2024-01-01 01:00:00"), 2h);
}

TEST(Azure, CountsRowsWithoutATime) {
  EXPECT_TRUE(is_time("2099-12-31 23:59:59.999999999"));
  for (const char* stamp :
       {"", "2023-11-16", "2023-11-16T18:15:46", "2023-11-16 18:15", "2023-11-16 18:15:4",
        "2023-02-29 00:00:00", "2023-13-01 00:00:00", "2023-00-01 00:00:00", "2023-11-00 00:00:00",
        "2023-11-16 24:00:00", "2023-11-16 18:60:00", "2023-11-16 18:15:60", "1999-12-31 00:00:00",
        "2100-01-01 00:00:00", "2023-11-16 18:15:46.", "2023-11-16 18:15:46.0000000001",
        "2023-11-16 18:15:46+01:00", "-023-11-16 18:15:46", "17"}) {
    EXPECT_FALSE(is_time(stamp)) << stamp;
  }
}

TEST(Azure, RefusesAFileWithoutRequests) {
  const TemporaryDirectory directory;
  const auto fault = [&](const std::string& content) {
    const std::string path = directory.write("a.csv", content);
    return error_of([&] { read_azure(path); });
  };
  EXPECT_THAT(fault(kHeader), HasSubstr(":1: expected rows below the header, found none"));
  EXPECT_THAT(fault("TIMESTAMP,ContextTokens\n"),
              HasSubstr(":1: expected a column \"GeneratedTokens\", found TIMESTAMP, Context"));
  EXPECT_THAT(fault(kHeader + std::string("5,1,1\n")),
              HasSubstr(":2: TIMESTAMP: expected a time like 2023-11-16 18:15:46.6805900, found "
                        "\"5\""));
}

}  // namespace
}  // namespace spillway::workload
