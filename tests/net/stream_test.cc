// SPDX-License-Identifier: Apache-2.0
#include "net/stream.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace spillway::net {
namespace {

TEST(StreamTest, SaysHowATransferEnded) {
  EXPECT_EQ(to_text({.ended = Ended::closed}), "the peer closed the connection");
  EXPECT_EQ(to_text({.ended = Ended::stopped}), "stopped");
  EXPECT_EQ(to_text({.ended = Ended::failed, .error = ECONNRESET}), "Connection reset by peer");
  EXPECT_EQ(to_text({.bytes = 3}), "moved 3 bytes");
}

}  // namespace
}  // namespace spillway::net
