// SPDX-License-Identifier: Apache-2.0
#include "scenario/precondition.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "async/clock.h"
#include "core/error.h"
#include "core/size_text.h"
#include "tier/counting_room.h"
#include "tier/modelled_store.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;

// A modelled store that counts, fails as told, and is asked to stop as told.
class CountingStore final : public tier::Store {
 public:
  CountingStore(async::Loop& loop, tier::ModelledDevice& device) : store_(loop, device) {}

  async::Task<> write(std::span<tier::BlockMove> moves) override {
    most_at_once = std::max(most_at_once, moves.size());
    co_await store_.write(moves);
    for (tier::BlockMove& move : moves) {
      keys.insert(move.key);
      bytes += move.size.count();
      if (writes++ < fail_from || writes > fail_to) continue;
      move.error = stats::ErrorClass::io_error;
      move.error_text = "no write, as told";
    }
    if (writes >= stop_after) stop.request();
  }
  async::Task<> read(std::span<tier::BlockMove> moves) override { co_await store_.read(moves); }
  async::Task<> erase(std::span<const kv::BlockKey> gone) override {
    erased += gone.size();
    co_await store_.erase(gone);
  }
  std::span<std::byte> memory(tier::Placement, Bytes) override { return {}; }
  bool modelled() const override { return true; }

  std::set<kv::BlockKey> keys;
  std::uint64_t bytes = 0;
  std::uint64_t writes = 0;
  std::size_t most_at_once = 0;
  std::uint64_t erased = 0;
  std::uint64_t fail_from = ~std::uint64_t{0};  // these fail, by number
  std::uint64_t fail_to = ~std::uint64_t{0};
  std::uint64_t stop_after = ~std::uint64_t{0};
  async::Stop stop;

 private:
  tier::ModelledStore store_;
};

// A tier of a modelled device: 1 GB/s, no latency.
class PreconditionTest : public testing::Test {
 protected:
  record::Precondition run(const PreconditionConfig& config, Bytes capacity, Bytes entry) {
    room.emplace(capacity);
    Preconditioner filler(config, capacity, entry);
    loop.run(filler.run(loop, {.store = &store, .room = &*room}, store.stop));
    EXPECT_EQ(filler.written(), Bytes(filler.result().bytes));
    return filler.result();
  }

  async::VirtualClock clock;
  async::Loop loop{clock};
  tier::ModelledDevice device{tier::ModelledOptions{.write_bytes_per_s = 1e9}};
  CountingStore store{loop, device};
  std::optional<tier::CountingRoom> room;
};

TEST_F(PreconditionTest, WritesTheVolumeThroughAFullTierAndLeavesNothing) {
  const record::Precondition done =
      run({.size = Bytes(40'960'000), .writers = 2}, Bytes(4'096'000), Bytes(409'600));
  EXPECT_EQ(done.target_bytes, 40'960'000U);
  EXPECT_EQ(done.bytes, 40'960'000U) << "ten times the tier";
  EXPECT_EQ(done.writes, 100U);
  EXPECT_EQ(done.failed, 0U);
  EXPECT_EQ(done.elapsed_ns, 40'960'000) << "at 1 GB/s, in virtual time";
  EXPECT_EQ(store.bytes, 40'960'000U);
  EXPECT_EQ(store.keys.size(), 100U) << "each has content of its own";
  EXPECT_EQ(store.most_at_once, 2U);
  EXPECT_EQ(store.erased, 100U);
  EXPECT_EQ(room->used(), Bytes(0));
}

TEST_F(PreconditionTest, TwiceTheTierUnlessTold) {
  EXPECT_EQ(run({.size = Bytes(0), .writers = 4}, 64_MiB, 1_MiB).bytes, (128_MiB).count());
}

TEST_F(PreconditionTest, TakesSmallerEntriesInASmallTier) {
  EXPECT_EQ(run({.size = Bytes(0), .writers = 8}, 1_MiB, 256_MiB).bytes, (2_MiB).count());
  EXPECT_EQ(store.writes, 32U) << "2 MiB of 64 KiB each: a sixteenth of the tier";
}

TEST_F(PreconditionTest, EndsWhenItIsStopped) {
  store.stop_after = 10;
  const record::Precondition done = run({.size = 1_GiB, .writers = 2}, 64_MiB, 1_MiB);
  EXPECT_EQ(done.target_bytes, (1_GiB).count());
  EXPECT_EQ(done.bytes, (10_MiB).count());
  EXPECT_EQ(room->used(), Bytes(0));
}

TEST_F(PreconditionTest, CountsFailuresAndWritesOn) {
  store.fail_from = 5;
  store.fail_to = 15;
  const record::Precondition done = run({.size = 64_MiB, .writers = 2}, 64_MiB, 1_MiB);
  EXPECT_EQ(done.failed, 10U);
  EXPECT_EQ(done.writes, 64U);
  EXPECT_EQ(done.bytes, (64_MiB).count());
}

TEST_F(PreconditionTest, GivesUpAfterFiftyFailuresInARow) {
  store.fail_from = 5;
  try {
    run({.size = 1_GiB, .writers = 2}, 64_MiB, 1_MiB);
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()),
              "--precondition: 51 writes in a row failed, the last with: no write, as told");
  }
}

TEST_F(PreconditionTest, RefusesTwiceAnUnlimitedTier) {
  try {
    run({.size = Bytes(0), .writers = 1}, kUnlimited, 1_MiB);
    ADD_FAILURE() << "began";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("give --precondition-size-gb"), std::string::npos);
  }
  EXPECT_EQ(run({.size = 8_MiB, .writers = 1}, kUnlimited, 1_MiB).bytes, (8_MiB).count());
}

}  // namespace
}  // namespace spillway::scenario
