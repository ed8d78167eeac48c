// SPDX-License-Identifier: Apache-2.0
#include "cli/flags.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "core/error.h"

namespace spillway::cli {
namespace {

using scenario::Kind;

const std::array<scenario::Setting, 5> kTable = {{
    {.name = "seed",
     .kind = Kind::integer,
     .initial = "42",
     .group = "Run",
     .help = "seed",
     .low = 0,
     .high = 100},
    {.name = "size", .kind = Kind::size, .initial = "", .group = "Run", .help = "a size"},
    {.name = "loud", .kind = Kind::flag, .initial = "off", .group = "Run", .help = "be loud"},
    {.name = "rare",
     .kind = Kind::range,
     .initial = "1-2",
     .group = "Run",
     .help = "rarely set",
     .low = 0,
     .high = 9,
     .in_help = false},
    {.name = "stop",
     .kind = Kind::list,
     .initial = "end",
     .group = "Run",
     .help = "where to stop",
     .alias = "until"},
}};

struct Line {
  scenario::Settings settings{kTable};
  CLI::App app;
  Flags flags{app, settings};

  void parse(const std::string& line) {
    app.parse(line);
    flags.apply({});
  }
};

TEST(Flags, OnlyWhatWasGivenComesFromTheCommandLine) {
  Line line;
  line.parse("--size 4KiB --loud");
  EXPECT_EQ(line.settings.size("size"), 4_KiB);
  EXPECT_TRUE(line.settings.flag("loud"));
  EXPECT_FALSE(line.settings.was_given("seed"));
  EXPECT_EQ(line.settings.integer("seed"), 42U);
}

TEST(Flags, AListIsARepeatedFlag) {
  Line none;
  none.parse("");
  EXPECT_EQ(none.settings.list("stop"), std::vector<std::string>{"end"});
  Line line;
  line.parse("--stop one --loud --until=two");
  EXPECT_EQ(line.settings.list("stop"), (std::vector<std::string>{"one", "two"}));
  EXPECT_TRUE(line.settings.flag("loud"));
}

TEST(Flags, EveryWrongValueIsNamedAtOnce) {
  Line line;
  try {
    line.parse("--seed 101 --size much");
    FAIL() << "accepted";
  } catch (const Error& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("--seed"), std::string::npos) << text;
    EXPECT_NE(text.find("--size"), std::string::npos) << text;
  }
}

TEST(Flags, WeakerSourcesFillWhatIsNotGiven) {
  Line line;
  line.app.parse("--seed 7");
  line.flags.apply({{"SPILLWAY_SEED", "8"}, {"SPILLWAY_SIZE", "8KiB"}});
  EXPECT_EQ(line.settings.integer("seed"), 7U);
  EXPECT_EQ(line.settings.size("size"), 8_KiB);
}

TEST(Flags, TheHelpHasEveryRowButTheRareOnes) {
  Line line;
  const std::string help = line.app.help();
  for (const char* const name : {"--seed", "--size", "--loud", "--help-all"}) {
    EXPECT_NE(help.find(name), std::string::npos) << name;
  }
  EXPECT_EQ(help.find("--rare"), std::string::npos);
}

TEST(Flags, HelpAllHasTheRareOnesToo) {
  Line line;
  EXPECT_THROW(line.app.parse("--help-all"), CLI::CallForHelp);
  EXPECT_NE(line.app.help().find("--rare"), std::string::npos);
}

TEST(Flags, ARareOneCanBeGivenAllTheSame) {
  Line line;
  line.parse("--rare 3-4");
  EXPECT_EQ(line.settings.range("rare").low, 3);
}

}  // namespace
}  // namespace spillway::cli
