// SPDX-License-Identifier: Apache-2.0
#include "workload/burstgpt.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;

struct Sums {
  std::uint64_t context = 0;
  std::uint64_t generate = 0;
};

Sums sums_of(const RequestList& list) {
  Sums sums;
  for (const ListedRequest& request : list.requests) {
    sums.context += request.context;
    sums.generate += request.generate;
  }
  return sums;
}

// Figures of the excerpts: counted by other means.
TEST(BurstGpt, ReadsTheLayoutWithoutSessions) {
  const RequestList list = read_burstgpt(excerpt("burstgpt/burstgpt_1_head.csv"));
  EXPECT_EQ(list.format, "burstgpt");
  EXPECT_EQ(list.requests.size(), 95U);
  EXPECT_EQ(list.skipped, 5U);  // failed requests
  EXPECT_EQ(list.users, 95U);
  EXPECT_EQ(list.conversations, 0U);
  EXPECT_EQ(sums_of(list).context, 68592U);
  EXPECT_EQ(sums_of(list).generate, 28153U);
  EXPECT_EQ(list.requests[1],
            (ListedRequest{.user = 1, .context = 1087, .generate = 230, .due = 40s}));
  EXPECT_EQ(list.requests.back().due, 28566s);
}

TEST(BurstGpt, ReadsTheLayoutWithSessions) {
  const RequestList list = read_burstgpt(excerpt("burstgpt/burstgpt_3_head.csv"));
  EXPECT_EQ(list.requests.size(), 53U);
  EXPECT_EQ(list.skipped, 0U);
  EXPECT_EQ(list.users, 26U);
  EXPECT_EQ(list.conversations, 26U);
  EXPECT_EQ(sums_of(list).context, 39704U);
  EXPECT_EQ(sums_of(list).generate, 14729U);
  EXPECT_EQ(
      list.requests[0],
      (ListedRequest{.user = 0, .conversation = 1, .turn = 1, .context = 906, .generate = 446}));
  EXPECT_EQ(list.requests.back().due, 13024s);
}

TEST(BurstGpt, ReadsTheFilesOfADirectoryOneAfterAnother) {
  const RequestList list = read_burstgpt(excerpt("burstgpt"));
  EXPECT_EQ(list.requests.size(), 95U + 53U);
  EXPECT_EQ(list.users, 95U + 26U);
  EXPECT_EQ(list.requests[95].due, 19440110s - 5s);
}

TEST(BurstGpt, NamesTheColumnThatIsMissing) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a.csv", "Timestamp,Model,Request tokens\n5,GPT-4,7\n");
  EXPECT_EQ(error_of([&] { read_burstgpt(path); }),
            path +
                ":1: expected a column \"Response tokens\", found Timestamp, Model, Request "
                "tokens");
}

TEST(BurstGpt, SaysWhatIsWrongWithARowWhenAllAre) {
  const TemporaryDirectory directory;
  const std::string path =
      directory.write("a.csv", "Timestamp,Request tokens,Response tokens\n5,many,7\n");
  EXPECT_EQ(error_of([&] { read_burstgpt(path); }),
            path +
                ":2: Request tokens: expected a whole number of 1 to 1073741824, found \"many\": "
                "expected a request in one of 1 rows, found none");
}

}  // namespace
}  // namespace spillway::workload
