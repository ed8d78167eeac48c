// SPDX-License-Identifier: Apache-2.0
#include "cli/watch_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "tests/text/temporary_directory.h"

namespace spillway::cli {
namespace {

using testing::HasSubstr;

class WatchControlTest : public testing::Test {
 protected:
  TemporaryDirectory directory_;
};

TEST_F(WatchControlTest, ARequestIsHeardAndAnswered) {
  WatchControl control(directory_.path());
  std::thread asker([&] {
    ask_watch(directory_.path(), {.verb = "snapshot", .label = "after the warm up"});
    EXPECT_THAT(error_of([&] { ask_watch(directory_.path(), {.verb = "stop", .label = {}}); }),
                HasSubstr("no space"));
  });
  auto request = control.next();
  EXPECT_EQ(request->verb, "snapshot");
  EXPECT_EQ(request->label, "after the warm up");
  control.reply("");
  request = control.next();
  EXPECT_EQ(request->verb, "stop");
  EXPECT_EQ(request->label, "");
  control.reply("no space");
  asker.join();
}

TEST_F(WatchControlTest, WakingEndsTheWait) {
  WatchControl control(directory_.path());
  control.wake();
  EXPECT_FALSE(control.next());
}

TEST_F(WatchControlTest, NobodyThereIsSaid) {
  const auto ask = [&] { ask_watch(directory_.path(), {.verb = "stop", .label = {}}); };
  EXPECT_THAT(error_of(ask), HasSubstr("none runs there"));
  {
    WatchControl control(directory_.path());
    control.close();
    EXPECT_THAT(error_of(ask), HasSubstr("none runs there"));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
  EXPECT_THAT(error_of([&] { ask_watch(directory_.file("none"), {.verb = "stop", .label = {}}); }),
              HasSubstr("none"));
}

// A path that no socket's address has room for.
TEST_F(WatchControlTest, TheDirectorysNameMayBeLong) {
  const std::string deep = directory_.file(std::string(150, 'd'));
  std::filesystem::create_directory(deep);
  WatchControl control(deep);
  std::thread asker([&] { ask_watch(deep, {.verb = "stop", .label = {}}); });
  EXPECT_EQ(control.next()->verb, "stop");
  control.reply("");
  asker.join();
}

}  // namespace
}  // namespace spillway::cli
