// SPDX-License-Identifier: Apache-2.0
#include "telemetry/directory_names.h"

#include <gtest/gtest.h>

#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

TEST(DirectoryNames, AreSortedAndMissingIsNotEmpty) {
  const FakeTree tree;
  tree.put("b", "");
  tree.put("a/x", "");
  EXPECT_EQ(directory_names(tree.root()), (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(directory_names(tree.root() + "/none"));
}

}  // namespace
}  // namespace spillway::telemetry
