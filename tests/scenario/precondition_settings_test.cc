// SPDX-License-Identifier: Apache-2.0
#include "scenario/precondition_settings.h"

#include <gtest/gtest.h>

#include <string>

#include "core/size_text.h"
#include "tests/scenario/bench_config_of.h"

namespace spillway::scenario {
namespace {

TEST(PreconditionSettings, AreOffUnlessAskedFor) {
  EXPECT_FALSE(config_of({}).precondition.has_value());
}

TEST(PreconditionSettings, DefaultToTwiceTheTierAndAWriterACore) {
  const auto config = config_of({{"precondition", "on"}}).precondition;
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->size, Bytes(0));
  EXPECT_GE(config->writers, 1U);
}

TEST(PreconditionSettings, TakeASizeAndANumberOfWriters) {
  const auto config =
      config_of(
          {{"precondition", "on"}, {"precondition-size-gb", "1.5"}, {"precondition-threads", "7"}})
          .precondition;
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ(config->size, 1536_MiB);
  EXPECT_EQ(config->writers, 7U);
}

TEST(PreconditionSettings, RefuseWhatWouldDoNothingOrNeverEnd) {
  EXPECT_EQ(refusal_of({{"precondition-size-gb", "1"}}),
            "--precondition-size-gb has no effect without --precondition; leave it out");
  EXPECT_EQ(refusal_of({{"precondition-threads", "2"}}),
            "--precondition-threads has no effect without --precondition; leave it out");
  EXPECT_EQ(refusal_of({{"precondition", "on"}, {"precondition-size-gb", "unlimited"}})
                .find("--precondition-size-gb unlimited"),
            0U);
}

}  // namespace
}  // namespace spillway::scenario
