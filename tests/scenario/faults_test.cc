// SPDX-License-Identifier: Apache-2.0
#include "scenario/faults.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::scenario {
namespace {

TEST(Faults, WithoutAnyNothingIsRaised) {
  Faults faults;
  faults.attempt([] {});
  EXPECT_NO_THROW(faults.raise());
}

TEST(Faults, AllAreRaisedAtOnceALineEach) {
  Faults faults;
  faults.add("one");
  faults.attempt([] { throw Error("two"); });
  faults.add("three");
  try {
    faults.raise();
    FAIL() << "nothing was raised";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()), "one\ntwo\nthree");
  }
}

}  // namespace
}  // namespace spillway::scenario
