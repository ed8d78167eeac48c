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

const std::array<scenario::Setting, 3> kTable = {{
    {.name = "seed",
     .kind = Kind::integer,
     .initial = "42",
     .group = "Run",
     .help = "seed",
     .low = 0,
     .high = 100},
    {.name = "size", .kind = Kind::size, .initial = "", .group = "Run", .help = "a size"},
    {.name = "loud", .kind = Kind::flag, .initial = "off", .group = "Run", .help = "be loud"},
}};

struct Line {
  scenario::Settings settings{kTable};
  CLI::App app;
  Flags flags{app, settings};

  void parse(const std::string& line) {
    app.parse(line);
    flags.apply();
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

TEST(Flags, TheHelpHasEveryRow) {
  Line line;
  const std::string help = line.app.help();
  for (const scenario::Setting& row : kTable) {
    EXPECT_NE(help.find("--" + std::string(row.name)), std::string::npos);
  }
}

}  // namespace
}  // namespace spillway::cli
