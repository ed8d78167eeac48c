// SPDX-License-Identifier: Apache-2.0
#include "telemetry/container.h"

#include <gtest/gtest.h>

namespace spillway::telemetry {
namespace {

std::optional<std::int64_t> process_by(const std::string& out, bool success = true) {
  return container_process(
      [&](const std::vector<std::string>& command) {
        EXPECT_EQ(command_text(command), "docker inspect -f {{.State.Pid}} dyn");
        CommandAnswer answer;
        answer.success = success;
        answer.out = out;
        return answer;
      },
      "dyn");
}

TEST(Container, HasTheProcessThatTheToolTells) { EXPECT_EQ(process_by("4321\n"), 4321); }

TEST(Container, HasNoneWhereItDoesNotRunOrNobodyKnows) {
  EXPECT_FALSE(process_by("0\n")) << "it is stopped";
  EXPECT_FALSE(process_by("12 x\n"));
  EXPECT_FALSE(process_by("<no value>\n"));
  EXPECT_FALSE(process_by(""));
  EXPECT_FALSE(process_by("4321\n", false));
}

TEST(Container, NeverTakesAFlagForAName) {
  const RunCommand never = [](const std::vector<std::string>&) -> CommandAnswer {
    ADD_FAILURE() << "nobody is asked";
    return {};
  };
  EXPECT_FALSE(container_process(never, ""));
  EXPECT_FALSE(container_process(never, "--help"));
}

}  // namespace
}  // namespace spillway::telemetry
