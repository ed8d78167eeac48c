// SPDX-License-Identifier: Apache-2.0
#include "scenario/environment_variables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>

#include "core/error.h"

namespace spillway::scenario {
namespace {

const std::array<Setting, 2> kTable = {{
    {.name = "num-users",
     .kind = Kind::integer,
     .initial = "1",
     .group = "",
     .help = "",
     .low = 1,
     .high = 10},
    {.name = "buffered", .kind = Kind::flag, .initial = "off", .group = "", .help = ""},
}};

std::string refusal_of(const EnvironmentVariables& variables) {
  Settings settings(kTable);
  try {
    apply_environment(variables, settings);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(EnvironmentVariables, AreNamedAfterSettings) {
  EXPECT_EQ(variable_of("num-users"), "SPILLWAY_NUM_USERS");
  EXPECT_EQ(variable_of("seed"), "SPILLWAY_SEED");
}

TEST(EnvironmentVariables, SetWhatTheyName) {
  Settings settings(kTable);
  apply_environment({{"SPILLWAY_NUM_USERS", "7"}, {"SPILLWAY_BUFFERED", "on"}, {"HOME", "/"}},
                    settings);
  EXPECT_EQ(settings.integer("num-users"), 7U);
  EXPECT_TRUE(settings.flag("buffered"));
  EXPECT_EQ(settings.effective()[0].origin, record::Origin::environment);
  EXPECT_EQ(settings.spelling("num-users"), "SPILLWAY_NUM_USERS");
}

TEST(EnvironmentVariables, AMistypedOneIsRefusedWithTheNearest) {
  EXPECT_EQ(refusal_of({{"SPILLWAY_NUM_USER", "7"}}),
            "SPILLWAY_NUM_USER: names no setting; the nearest is SPILLWAY_NUM_USERS");
  EXPECT_THAT(refusal_of({{"SPILLWAY_BUFERRED", "on"}}), testing::HasSubstr("SPILLWAY_BUFFERED"));
  EXPECT_EQ(refusal_of({{"SPILLWAYS", "7"}}), "accepted") << "not ours";
}

TEST(EnvironmentVariables, EveryFaultIsListed) {
  const std::string all =
      refusal_of({{"SPILLWAY_NUM_USERS", "0"}, {"SPILLWAY_BUFFERED", ""}, {"SPILLWAY_X", "1"}});
  EXPECT_EQ(std::ranges::count(all, '\n'), 2) << all;
  EXPECT_THAT(all, testing::HasSubstr("SPILLWAY_NUM_USERS: expected a whole number from 1 to 10"));
  EXPECT_THAT(all, testing::HasSubstr("SPILLWAY_BUFFERED: expected on or off"));
}

TEST(EnvironmentVariables, TheProcessHasItsOwn) {
  ::setenv("SPILLWAY_OF_A_TEST", "a=b", 1);
  EXPECT_EQ(process_environment().at("SPILLWAY_OF_A_TEST"), "a=b");
  ::unsetenv("SPILLWAY_OF_A_TEST");
  EXPECT_FALSE(process_environment().contains("SPILLWAY_OF_A_TEST"));
}

}  // namespace
}  // namespace spillway::scenario
