// SPDX-License-Identifier: Apache-2.0
#include "telemetry/text_file.h"

#include <gtest/gtest.h>

#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

TEST(ReadTextFile, ReadsWhatIsLongerThanABuffer) {
  const FakeTree tree;
  const std::string text(10'000, 'x');
  tree.put("long", text);
  EXPECT_EQ(read_text_file(tree.root() + "/long"), text);
}

TEST(ReadTextFile, IsMissingForNoFileAndForADirectory) {
  const FakeTree tree;
  EXPECT_FALSE(read_text_file(tree.root() + "/none").has_value());
  EXPECT_FALSE(read_text_file(tree.root()).has_value());
}

}  // namespace
}  // namespace spillway::telemetry
