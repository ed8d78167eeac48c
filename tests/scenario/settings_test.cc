// SPDX-License-Identifier: Apache-2.0
#include "scenario/settings.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/size_text.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;
using record::Origin;

const std::array<Setting, 6> kTable = {{
    {.name = "users",
     .kind = Kind::integer,
     .initial = "1",
     .group = "",
     .help = "",
     .low = 1,
     .high = 10},
    {.name = "pause",
     .kind = Kind::number,
     .initial = "0.5",
     .group = "",
     .help = "",
     .low = 0,
     .high = 5},
    {.name = "memory", .kind = Kind::size, .initial = "", .group = "", .help = "", .unit = 1_GiB},
    {.name = "mode",
     .kind = Kind::choice,
     .initial = "a",
     .group = "",
     .help = "",
     .choices = {"a", "b"}},
    {.name = "loud", .kind = Kind::flag, .initial = "off", .group = "", .help = ""},
    {.name = "context",
     .kind = Kind::range,
     .initial = "512-4096",
     .group = "",
     .help = "",
     .low = 0,
     .high = 1e4},
}};

void expect_refused(Settings& settings, const char* name, const char* text) {
  try {
    settings.set(name, text, Origin::command_line);
    ADD_FAILURE() << name << "=" << text << " was accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("--" + std::string(name)), std::string::npos)
        << error.what();
  }
}

TEST(Settings, BeginWithTheTablesValues) {
  const Settings settings(kTable);
  EXPECT_EQ(settings.integer("users"), 1U);
  EXPECT_EQ(settings.seconds("pause"), 500ms);
  EXPECT_FALSE(settings.is_set("memory"));
  EXPECT_FALSE(settings.was_given("users"));
}

TEST(Settings, TakeWhatIsGivenWithItsOrigin) {
  Settings settings(kTable);
  settings.set("memory", "1.5", Origin::file);
  settings.set("memory", "2", Origin::command_line);
  settings.set("mode", "b", Origin::environment);
  EXPECT_EQ(settings.size("memory"), 2_GiB);
  EXPECT_EQ(settings.text("mode"), "b");
  EXPECT_TRUE(settings.was_given("memory"));
  EXPECT_EQ(settings.effective()[2].origin, Origin::command_line);
  EXPECT_EQ(settings.effective()[3].origin, Origin::environment);
}

TEST(Settings, RefuseWhatDoesNotFitNamingTheFlag) {
  Settings settings(kTable);
  for (const char* const text : {"0", "11", "-1", "2.5", "x", ""})
    expect_refused(settings, "users", text);
  for (const char* const text : {"5.1", "nan", "", "1s"}) expect_refused(settings, "pause", text);
  expect_refused(settings, "memory", "lots");
  expect_refused(settings, "mode", "c");
  expect_refused(settings, "loud", "maybe");
  for (const char* const text : {"", "5", "5-", "-5", "7-5", "1-2-3", "a-b", "0-10001", "1 - 2"})
    expect_refused(settings, "context", text);
  EXPECT_EQ(settings.integer("users"), 1U);
  EXPECT_THROW(settings.set("no-such", "1", Origin::file), Error);
}

TEST(Settings, ARangeHasTwoEnds) {
  Settings settings(kTable);
  EXPECT_EQ(settings.range("context"), (Range{.low = 512, .high = 4096}));
  const std::vector<std::pair<std::string, Range>> cases = {
      {"0.1,0.5", {.low = 0.1, .high = 0.5}},
      {"0.1-0.5", {.low = 0.1, .high = 0.5}},
      {"7-7", {.low = 7, .high = 7}},
      {"1e-3-5", {.low = 0.001, .high = 5}},
  };
  for (const auto& [text, range] : cases) {
    settings.set("context", text, Origin::file);
    EXPECT_EQ(settings.range("context"), range) << text;
  }
  EXPECT_EQ(settings.effective()[5].value, record::Value(std::string("1e-3-5")));
}

TEST(Settings, AreCalledAsWhoeverGaveThemCallsThem) {
  Settings settings(kTable);
  EXPECT_EQ(settings.spelling("users"), "--users");
  settings.set("users", "2", Origin::environment, "SPILLWAY_USERS");
  EXPECT_EQ(settings.spelling("users"), "SPILLWAY_USERS");
  try {
    settings.set("memory", "lots", Origin::file, "f.yaml:3: bench.memory");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_TRUE(std::string_view(error.what()).starts_with("f.yaml:3: bench.memory: "))
        << error.what();
  }
}

TEST(Settings, KeepWhatWasAskedBesideWhatItBecame) {
  Settings settings(kTable);
  settings.set("memory", "0", Origin::command_line);
  settings.resolve("memory", 512_MiB);
  const record::Setting memory = settings.effective()[2];
  EXPECT_EQ(memory.value, record::Value(0.5)) << "in GiB, as the bare number of this setting";
  EXPECT_EQ(memory.asked, record::Value(0.0));
  EXPECT_EQ(memory.origin, Origin::resolved);
}

TEST(Settings, AreRecordedByType) {
  Settings settings(kTable);
  settings.set("memory", "unlimited", Origin::command_line);
  settings.set("loud", "on", Origin::command_line);
  const auto all = settings.effective();
  EXPECT_EQ(all[0].value, record::Value(std::int64_t{1}));
  EXPECT_EQ(all[1].value, record::Value(0.5));
  EXPECT_EQ(all[2].value, record::Value(std::string("unlimited")));
  EXPECT_EQ(all[4].value, record::Value(true));
}

}  // namespace
}  // namespace spillway::scenario
