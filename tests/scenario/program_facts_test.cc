// SPDX-License-Identifier: Apache-2.0
#include "scenario/program_facts.h"

#include <gtest/gtest.h>

#include "core/version.h"

namespace spillway::scenario {
namespace {

TEST(ProgramFactsTest, TellsWhichProgramOnWhichMachine) {
  record::Run run;
  run.environment = program_and_machine();
  for (const std::string_view name :
       {record::fact::kVersion, record::fact::kCommit, record::fact::kBuildType,
        record::fact::kCompiler, record::fact::kCpuModel, record::fact::kCores,
        record::fact::kMemoryBytes, record::fact::kKernel}) {
    EXPECT_NE(find_fact(run, name), nullptr) << name;
  }
  EXPECT_EQ(*find_fact(run, record::fact::kVersion), record::Value(std::string(version().number)));
}

}  // namespace
}  // namespace spillway::scenario
