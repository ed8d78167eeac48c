// SPDX-License-Identifier: Apache-2.0
#include "workload/trace_mooncake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Found {
  Entry entry;
  Extent extent;
};

std::vector<Found> scan(const std::string& path, std::size_t most = 1000) {
  std::vector<Found> found;
  mooncake_format().scan(path, [&](const Entry& entry, Extent extent) {
    found.push_back({entry, extent});
    return found.size() < most;
  });
  return found;
}

TEST(TraceMooncake, FindsEveryLineAndItsPlace) {
  const TemporaryDirectory directory;
  const std::string first = mooncake_line(1000, {1});
  const std::string second = mooncake_line(4000, {1, 2});
  const auto found = scan(directory.write("a.jsonl", first + "\r\n" + second));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].entry.at, 0s);  // times count from the first request
  EXPECT_EQ(found[1].entry.at, 3s);
  EXPECT_EQ(found[1].extent.offset, first.size() + 2);
  EXPECT_EQ(found[1].extent.length, second.size() - 1);
}

TEST(TraceMooncake, StopsWhenTheSinkHasEnough) {
  const TemporaryDirectory directory;
  EXPECT_EQ(scan(directory.write("a.jsonl", mooncake_line(0, {1}) + "garbage\n"), 1).size(), 1U);
}

TEST(TraceMooncake, NamesTheLineOfAFault) {
  const TemporaryDirectory directory;
  const std::string good = mooncake_line(5, {1});
  const auto fault = [&](const std::string& line) {
    const std::string path = directory.write("a.jsonl", good + line);
    return error_of([&] { scan(path); });
  };
  const std::string line = directory.file("a.jsonl") + ":2: ";
  EXPECT_EQ(fault(mooncake_line(4, {1})), line + "timestamp: expected 5 or later, found 4");
  EXPECT_THAT(fault(good.substr(0, 40)), HasSubstr(line + "expected a whole JSON object"));
  EXPECT_THAT(fault("{\"timestamp\": 6}\n"), HasSubstr(line + "expected the key \"input_length\""));
  EXPECT_THAT(fault(good + good.substr(0, 60)), HasSubstr(":3: "));
  EXPECT_THAT(fault("[]\n"), HasSubstr(line));
}

}  // namespace
}  // namespace spillway::workload
