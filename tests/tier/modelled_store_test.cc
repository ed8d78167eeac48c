// SPDX-License-Identifier: Apache-2.0
#include "tier/modelled_store.h"

#include <gtest/gtest.h>

#include "async/group.h"
#include "core/error.h"
#include "stats/histogram.h"

namespace spillway::tier {
namespace {

using namespace std::chrono_literals;

BlockMove block_of(Bytes size) { return {.key = {}, .placement = {}, .size = size}; }

// Runs `body(loop)`, a coroutine, in virtual time; returns how long it took.
template <typename Body>
Duration run_virtually(const Body& body) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  loop.run(body(loop));
  return clock.now() - Time{};
}

TEST(ModelledStore, ReportsTheLatencyItWasGiven) {
  ModelledDevice device({.read_latency = 80us, .write_latency = 30us});
  stats::Histogram reads;
  stats::Histogram writes;
  const auto body = [&](async::Loop& loop) -> async::Task<> {
    ModelledStore store(loop, device);
    for (int i = 0; i < 1'000; ++i) {
      BlockMove move = block_of(2_MiB);
      co_await store.read({&move, 1});
      reads.add(move.latency.count());
      co_await store.write({&move, 1});
      writes.add(move.latency.count());
      EXPECT_EQ(move.queue_wait, 0ns);
    }
  };
  EXPECT_EQ(run_virtually(body), 1'000 * 110us);
  EXPECT_EQ(reads.min(), 80'000);
  EXPECT_EQ(reads.max(), 80'000);
  EXPECT_NEAR(static_cast<double>(reads.quantile(0.99)), 80e3, 80e3 / 256);
  EXPECT_NEAR(static_cast<double>(writes.quantile(0.5)), 30e3, 30e3 / 256);
}

// 1 MiB at 1 GiB/s takes 976,562.5 ns, in whole nanoseconds one more; then the latency.
TEST(ModelledStore, ABlockTakesItsBytesOverTheBandwidthAndTheLatency) {
  ModelledDevice device({.read_latency = 1ms, .read_bytes_per_s = 0x1p30});
  const auto body = [&](async::Loop& loop) -> async::Task<> {
    ModelledStore store(loop, device);
    BlockMove move = block_of(1_MiB);
    co_await store.read({&move, 1});
    EXPECT_EQ(move.latency, 976'563ns + 1ms);
  };
  EXPECT_EQ(run_virtually(body), 1'976'563ns);
}

TEST(ModelledStore, IsNeverFasterThanItsBandwidth) {
  constexpr double kRate = 3.3e9;
  constexpr Bytes kSize(1'234'567);
  ModelledDevice device(
      {.read_latency = 70us, .read_bytes_per_s = kRate, .write_bytes_per_s = kRate / 3});
  const auto body = [&](async::Loop& loop) -> async::Task<> {
    ModelledStore store(loop, device);
    ModelledStore of_another_shard(loop, device);
    const auto reader = [&](ModelledStore& from) -> async::Task<> {
      std::vector<BlockMove> moves(32, block_of(kSize));
      for (int i = 0; i < 10; ++i) co_await from.read(moves);
    };
    async::Stop stop;
    co_await async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      group.spawn(reader(store));
      group.spawn(reader(of_another_shard));
      co_return;
    });
  };
  const double seconds = to_seconds(run_virtually(body));
  const double bytes = 64.0 * 10 * static_cast<double>(kSize.count());
  EXPECT_LE(bytes / seconds, kRate);
  EXPECT_GT(bytes / seconds, kRate * 0.99);  // the queue is kept full: latency is paid once
}

TEST(ModelledStore, QueueWaitIsWhatOthersTakeBefore) {
  ModelledDevice device({.write_latency = 1ms, .write_bytes_per_s = 1e6});
  const auto body = [&](async::Loop& loop) -> async::Task<> {
    ModelledStore store(loop, device);
    std::vector<BlockMove> moves(3, block_of(Bytes(1'000)));
    co_await store.write(moves);
    EXPECT_EQ(moves[0].queue_wait, 0ms);
    EXPECT_EQ(moves[2].queue_wait, 2ms);
    EXPECT_EQ(moves[2].latency, 4ms);
  };
  EXPECT_EQ(run_virtually(body), 4ms);
}

TEST(ModelledStore, DirectionsDoNotShareBandwidth) {
  ModelledDevice device({.read_bytes_per_s = 1e6, .write_bytes_per_s = 1e6});
  const auto body = [&](async::Loop& loop) -> async::Task<> {
    ModelledStore store(loop, device);
    BlockMove read = block_of(Bytes(1'000));
    BlockMove write = block_of(Bytes(1'000));
    async::Stop stop;
    co_await async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      group.spawn(store.read({&read, 1}));
      group.spawn(store.write({&write, 1}));
      co_return;
    });
  };
  EXPECT_EQ(run_virtually(body), 1ms);
}

TEST(ModelledStore, WorksOnTheMachinesClockToo) {
  async::RealClock clock;
  async::Loop loop(clock);
  ModelledDevice device({.read_latency = 2ms});
  const auto body = [&]() -> async::Task<> {
    ModelledStore store(loop, device);
    BlockMove move = block_of(1_MiB);
    co_await store.read({&move, 1});
    EXPECT_EQ(move.latency, 2ms);
  };
  const Time before = clock.now();
  loop.run(body());
  EXPECT_GE(clock.now() - before, 2ms);
}

TEST(ModelledStore, IsLabelledAndHoldsNoBytes) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  ModelledDevice device({});
  ModelledStore store(loop, device);
  EXPECT_TRUE(store.modelled());
  EXPECT_TRUE(store.memory({}, 1_MiB).empty());
}

TEST(ModelledDevice, RefusesImpossibleFigures) {
  EXPECT_THROW(ModelledDevice({.read_latency = -1ns}), Error);
  EXPECT_THROW(ModelledDevice({.read_bytes_per_s = -1}), Error);
  EXPECT_THROW(ModelledDevice({.write_bytes_per_s = 0.5}), Error);
  EXPECT_THROW(ModelledDevice({.write_bytes_per_s = 1e30}), Error);
}

}  // namespace
}  // namespace spillway::tier
