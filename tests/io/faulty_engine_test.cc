// SPDX-License-Identifier: Apache-2.0
#include "io/faulty_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cerrno>

#include "io/null_engine.h"

namespace spillway::io {
namespace {

// What one read of 64 bytes completes with, and the bits that changed in its memory.
struct Seen {
  std::int64_t result = 0;
  int changed_bits = 0;
};
Seen read_with(Fault fault, Direction direction = Direction::read) {
  FaultyEngine engine(make_null_engine(), [&](const Operation&) { return fault; });
  std::array<std::byte, 64> memory{};
  const Operation operation{.direction = direction, .data = memory.data(), .length = 64, .tag = 1};
  EXPECT_EQ(engine.submit({&operation, 1}), 1U);
  std::array<Completion, 2> completions;
  EXPECT_EQ(engine.reap(completions), 1U);
  Seen seen{.result = completions[0].result};
  for (const std::byte byte : memory)
    seen.changed_bits += std::popcount(std::to_integer<unsigned>(byte));
  return seen;
}

TEST(FaultyEngine, LeavesTheRestAlone) {
  EXPECT_EQ(read_with({}).result, 64);
  EXPECT_EQ(read_with({}).changed_bits, 0);
}

TEST(FaultyEngine, ReportsTheErrorItWasTold) {
  EXPECT_EQ(read_with({.kind = Fault::Kind::error}).result, -EIO);
  EXPECT_EQ(read_with({.kind = Fault::Kind::error, .error_number = ENOSPC}).result, -ENOSPC);
}

TEST(FaultyEngine, CutsATransferInHalf) {
  EXPECT_EQ(read_with({.kind = Fault::Kind::cut}).result, 32);
}

TEST(FaultyEngine, FlipsOneBitOfAReadThatSucceeds) {
  const Seen seen = read_with({.kind = Fault::Kind::bit_flip});
  EXPECT_EQ(seen.result, 64);
  EXPECT_EQ(seen.changed_bits, 1);
  EXPECT_EQ(read_with({.kind = Fault::Kind::bit_flip}, Direction::write).changed_bits, 0);
}

TEST(FaultyEngine, SaysSoInTheRecord) {
  const FaultyEngine engine(make_null_engine(), [](const Operation&) { return Fault{}; });
  EXPECT_THAT(engine.features(), testing::Contains("injected_faults"));
}

}  // namespace
}  // namespace spillway::io
