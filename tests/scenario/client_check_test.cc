// SPDX-License-Identifier: Apache-2.0
#include "scenario/client_check.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "core/error.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

TEST(ClientCheckTest, TheKnownTimesOfTheNullServerComeBack) {
  const TemporaryDirectory directory;
  const analysis::ClientFigures figures = check_client({.program = SPILLWAY_PROGRAM,
                                                        .directory = directory.file("check"),
                                                        .length = std::chrono::milliseconds(100),
                                                        .server_cpus = {}});
  EXPECT_GT(figures.cpu_us_per_request, 0);
  EXPECT_GT(figures.cpu_us_per_text, 0);
  EXPECT_GT(figures.requests_per_s, 0);
  // No answer comes before its time; how late it is depends on the machine.
  EXPECT_GT(figures.ttft_error_p50_ms, 0);
  EXPECT_GE(figures.ttft_error_p99_ms, figures.ttft_error_p50_ms);
  EXPECT_GT(figures.gap_error_p50_ms, -5);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(ClientCheckTest, AServerThatDoesNotStartIsAnError) {
  const TemporaryDirectory directory;
  EXPECT_THROW(check_client({.program = "/bin/false",
                             .directory = directory.file("check"),
                             .length = std::chrono::milliseconds(100),
                             .server_cpus = {}}),
               Error);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(ClientCheckTest, ADirectoryOfOthersIsLeftAlone) {
  const TemporaryDirectory directory;
  EXPECT_THROW(check_client({.program = SPILLWAY_PROGRAM,
                             .directory = directory.path(),
                             .length = std::chrono::milliseconds(100),
                             .server_cpus = {}}),
               Error);
  EXPECT_THROW(check_client({.program = SPILLWAY_PROGRAM,
                             .directory = directory.file("not/there"),
                             .length = std::chrono::milliseconds(100),
                             .server_cpus = {}}),
               Error);
  EXPECT_TRUE(std::filesystem::is_directory(directory.path()));
}

}  // namespace
}  // namespace spillway::scenario
