// SPDX-License-Identifier: Apache-2.0
#include "io/bell.h"

#include <gtest/gtest.h>
#include <poll.h>

namespace spillway::io {
namespace {

bool is_readable(const Bell& bell) {
  pollfd ready{.fd = bell.descriptor(), .events = POLLIN, .revents = 0};
  return ::poll(&ready, 1, 0) == 1;
}

TEST(Bell, IsReadableFromTheFirstRingUntilItWasReadEmpty) {
  const Bell bell;
  EXPECT_FALSE(is_readable(bell));
  bell.ring();
  bell.ring();
  EXPECT_TRUE(is_readable(bell));
  std::uint64_t rings = 0;
  EXPECT_EQ(::read(bell.descriptor(), &rings, sizeof rings), ssize_t{sizeof rings});
  EXPECT_EQ(rings, 2U);
  EXPECT_FALSE(is_readable(bell));
}

}  // namespace
}  // namespace spillway::io
