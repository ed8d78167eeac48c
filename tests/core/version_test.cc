// SPDX-License-Identifier: Apache-2.0
#include "core/version.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(Version, NamesNumberCommitAndBuild) {
  const Version it = version();
  EXPECT_EQ(it.number.find_first_not_of("0123456789."), std::string_view::npos);
  EXPECT_FALSE(it.commit.empty());
  EXPECT_FALSE(it.build_type.empty());
  const std::string text = version_text();
  for (const std::string_view part : {it.number, it.commit, it.build_type, it.compiler}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace spillway
