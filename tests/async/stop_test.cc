// SPDX-License-Identifier: Apache-2.0
#include "async/stop.h"

#include <gtest/gtest.h>

namespace spillway::async {
namespace {

struct Listener final : StopListener {
  int calls = 0;
  void on_stop() override { ++calls; }
};

TEST(Stop, TellsEachListenerOnce) {
  Stop stop;
  Listener first;
  Listener second;
  stop.listen(first);
  stop.listen(second);
  stop.request();
  stop.request();
  EXPECT_EQ(first.calls, 1);
  EXPECT_EQ(second.calls, 1);
}

TEST(Stop, ForgetsAListenerThatLeft) {
  Stop stop;
  Listener gone;
  Listener stays;
  stop.listen(stays);
  stop.listen(gone);
  gone.leave();
  stop.request();
  EXPECT_EQ(gone.calls, 0);
  EXPECT_EQ(stays.calls, 1);
}

TEST(Stop, ReachesChildrenButNotParents) {
  Stop parent;
  Stop child(parent);
  Stop sibling(parent);
  sibling.request();
  EXPECT_FALSE(parent.requested());
  EXPECT_FALSE(child.requested());
  parent.request();
  EXPECT_TRUE(child.requested());
  const Stop late(parent);
  EXPECT_TRUE(late.requested());
}

}  // namespace
}  // namespace spillway::async
