// SPDX-License-Identifier: Apache-2.0
#include "tier/faulty_store.h"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "async/clock.h"
#include "tier/modelled_store.h"

namespace spillway::tier {
namespace {

using std::chrono_literals::operator""ms;

// Reads take 5 ms, writes 2 ms.
class FaultyStoreTest : public testing::Test {
 protected:
  // Two blocks, of which the second has the fault.
  std::array<BlockMove, 2> read_with(const StoreFault& fault) {
    FaultyStore store(loop_, modelled_, [&](const BlockMove& move) {
      return move.key.low == 2 ? fault : StoreFault{};
    });
    std::array<BlockMove, 2> moves = {BlockMove{.key = {.high = 0, .low = 1}, .size = 4_KiB},
                                      BlockMove{.key = {.high = 0, .low = 2}, .size = 4_KiB}};
    loop_.run(store.read(moves));
    return moves;
  }

  async::VirtualClock clock_;
  async::Loop loop_{clock_};
  ModelledDevice device_{{.read_latency = 5ms, .write_latency = 2ms}};
  ModelledStore modelled_{loop_, device_};
};

TEST_F(FaultyStoreTest, WithoutAFaultNothingChanges) {
  const auto moves = read_with({});
  EXPECT_EQ(clock_.now(), Time(5ms));
  EXPECT_FALSE(moves[1].error.has_value());
}

TEST_F(FaultyStoreTest, ASlowBlockIsLateAndItsCallWaits) {
  const auto moves = read_with({.delay = 20ms});
  EXPECT_EQ(clock_.now(), Time(25ms));
  EXPECT_EQ(moves[0].latency, 5ms);
  EXPECT_EQ(moves[1].latency, 25ms);
}

TEST_F(FaultyStoreTest, AFailingBlockHasItsErrorAndTheOtherNone) {
  const auto moves = read_with({.error_number = EIO});
  EXPECT_FALSE(moves[0].error.has_value());
  EXPECT_EQ(moves[1].error, stats::ErrorClass::io_error);
  EXPECT_EQ(moves[1].error_text, "Input/output error");
  EXPECT_EQ(read_with({.error_number = ENOSPC})[1].error, stats::ErrorClass::no_space);
}

TEST_F(FaultyStoreTest, WritesAreSpoiltTheSameWay) {
  FaultyStore store(loop_, modelled_, [](const BlockMove&) { return StoreFault{.delay = 3ms}; });
  std::array<BlockMove, 1> moves = {BlockMove{.key = {.high = 0, .low = 1}, .size = 4_KiB}};
  loop_.run(store.write(moves));
  EXPECT_EQ(clock_.now(), Time(5ms));
  EXPECT_TRUE(store.modelled());
}

}  // namespace
}  // namespace spillway::tier
