// SPDX-License-Identifier: Apache-2.0
#include "serve/engine.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <numeric>
#include <vector>

#include "tests/serve/managed_world.h"

namespace spillway::serve {
namespace {

using async::Group;
using async::Stop;
using async::Task;
using std::chrono_literals::operator""ms;

// 1,000 prompt tokens a second, 10 ms a step that decodes and 1 ms for each request in it.
EngineOptions quick() {
  return {.block_tokens = Tokens(16),
          .block_bytes = kBlock,
          .device_blocks = 1000,
          .prefill_tokens_per_s = 1000,
          .decode_step = 10ms,
          .decode_step_per_request = 1ms};
}

std::vector<kv::TokenId> tokens(std::uint32_t first, std::size_t count) {
  std::vector<kv::TokenId> all(count);
  std::iota(all.begin(), all.end(), first);
  return all;
}

// An engine in virtual time over tiers, or over none.
class EngineTest : public testing::Test {
 protected:
  void build(const EngineOptions& options, const WorldOptions& tiers, bool managed = true) {
    world_ = std::make_unique<ManagedWorld>(tiers);
    engine_ =
        std::make_unique<Engine>(world_->loop, managed ? world_->manager.get() : nullptr, options);
  }
  void build_without_tiers(const EngineOptions& options) { build(options, {}, false); }

  template <typename Work>
  void run(Work work) {
    world_->run([&](Stop& stop) -> Task<> {
      co_await async::with_group(world_->loop, stop, [&](Group& group) -> Task<> {
        group.spawn(engine_->run(group.stop()));
        co_await work(group);
        group.stop().request();
      });
    });
  }

  struct Told {
    Duration admitted{}, first{}, done{};
    PerTier<std::uint64_t> hits{};
    bool abandoned = false;
  };

  // A request from its arrival, now, to its end.
  Task<> ask(std::vector<kv::TokenId> prompt, std::size_t answer, Told& told, Stop& stop) {
    const Time arrival = world_->loop.now();
    Generation generation(*engine_, {.id = ++requests_,
                                     .prompt = std::move(prompt),
                                     .answer = tokens(900'000 + 1000 * requests_, answer)});
    while (!generation.done()) co_await generation.progress(generation.tokens(), stop);
    told.admitted = generation.admitted() - arrival;
    told.first = generation.first_token() - arrival;
    told.done = world_->loop.now() - arrival;
    told.hits = generation.hit_tokens();
    told.abandoned = generation.abandoned();
  }

  Told ask_alone(const std::vector<kv::TokenId>& prompt, std::size_t answer) {
    Told told;
    run([&](Group& group) -> Task<> { co_await ask(prompt, answer, told, group.stop()); });
    return told;
  }

  EngineFigures figures() const { return engine_->figures(); }
  Task<> pause(Duration length, Stop& stop) { co_await world_->loop.sleep_for(length, stop); }

  std::unique_ptr<ManagedWorld> world_;
  std::unique_ptr<Engine> engine_;
  std::uint32_t requests_ = 0;
};

TEST_F(EngineTest, OneRequestTakesItsPromptAndAStepForEachFurtherToken) {
  build_without_tiers(quick());
  const Told told = ask_alone(tokens(0, 100), 3);
  EXPECT_EQ(told.first, 100ms);
  EXPECT_EQ(told.done, 100ms + 2 * 11ms);
  const EngineFigures seen = figures();
  EXPECT_EQ(seen.requests_completed, 1U);
  EXPECT_EQ(seen.generated_tokens, 3U);
  EXPECT_EQ(seen.prompt_tokens, 100U);
  EXPECT_EQ(seen.prefilled_tokens, 100U);
  EXPECT_EQ(seen.inter_token.count(), 2U);
  EXPECT_EQ(seen.inter_token.min(), 11'000'000);
  EXPECT_EQ(seen.used_blocks[TierId::gpu], 0U);
  EXPECT_EQ(seen.running, 0U);
}

TEST_F(EngineTest, WithoutTiersAndDeviceCacheNothingEverHits) {
  build_without_tiers(quick());
  run([&](Group& group) -> Task<> {
    for (int i = 0; i < 3; ++i) {
      Told told;
      co_await ask(tokens(0, 160), 1, told, group.stop());
      EXPECT_EQ(told.first, 160ms);
    }
  });
  EXPECT_EQ(figures().hit_tokens, (PerTier<std::uint64_t>{}));
}

TEST_F(EngineTest, TheDeviceCacheSparesWhatAnEarlierRequestComputed) {
  EngineOptions options = quick();
  options.device_prefix_cache = true;
  build_without_tiers(options);
  run([&](Group& group) -> Task<> {
    Told first;
    co_await ask(tokens(0, 100), 1, first, group.stop());
    Told second;
    co_await ask(tokens(0, 100), 1, second, group.stop());
    EXPECT_EQ(second.hits[TierId::gpu], 96U);  // 6 whole blocks
    EXPECT_EQ(second.first, 4ms);
  });
  const EngineFigures seen = figures();
  EXPECT_EQ(seen.prompt_tokens, 200U);
  EXPECT_EQ(seen.hit_tokens[TierId::gpu] + seen.prefilled_tokens, 200U);
}

TEST_F(EngineTest, APromptThatIsFoundWholeComputesItsLastToken) {
  EngineOptions options = quick();
  options.device_prefix_cache = true;
  build_without_tiers(options);
  run([&](Group& group) -> Task<> {
    Told told;
    co_await ask(tokens(0, 32), 1, told, group.stop());
    co_await ask(tokens(0, 32), 1, told, group.stop());
    EXPECT_EQ(told.hits[TierId::gpu], 31U);
    EXPECT_EQ(told.first, 1ms);
  });
}

// Both prompts enter one step, as its tokens allow.
TEST_F(EngineTest, PromptsShareTheComputeOfAStep) {
  build_without_tiers(quick());
  Told one;
  Told other;
  run([&](Group& group) -> Task<> {
    co_await async::with_group(world_->loop, group.stop(), [&](Group& both) -> Task<> {
      both.spawn(ask(tokens(0, 100), 1, one, both.stop()));
      both.spawn(ask(tokens(500, 50), 1, other, both.stop()));
      co_return;
    });
  });
  EXPECT_EQ(one.first, 150ms);
  EXPECT_EQ(other.first, 150ms);
}

TEST_F(EngineTest, AStepHasNoMoreTokensThanItMay) {
  EngineOptions options = quick();
  options.max_num_tokens = 100;
  build_without_tiers(options);
  Told one;
  Told other;
  run([&](Group& group) -> Task<> {
    co_await async::with_group(world_->loop, group.stop(), [&](Group& both) -> Task<> {
      both.spawn(ask(tokens(0, 100), 1, one, both.stop()));
      both.spawn(ask(tokens(500, 50), 1, other, both.stop()));
      co_return;
    });
  });
  EXPECT_EQ(one.first, 100ms);
  EXPECT_EQ(other.first, 150ms);
}

// The second prompt's step is the first request's, too: its token comes 50 + 11 ms later.
TEST_F(EngineTest, APromptDelaysThoseWhoDecode) {
  build_without_tiers(quick());
  Told one;
  Told other;
  run([&](Group& group) -> Task<> {
    co_await async::with_group(world_->loop, group.stop(), [&](Group& both) -> Task<> {
      both.spawn(ask(tokens(0, 100), 3, one, both.stop()));
      co_await pause(105ms, both.stop());  // in the first step that decodes
      both.spawn(ask(tokens(500, 50), 1, other, both.stop()));
    });
  });
  EXPECT_EQ(one.done, 100ms + 11ms + 61ms);
  EXPECT_EQ(other.first, 6ms + 61ms);
}

TEST_F(EngineTest, DecodingRequestsAddToTheStep) {
  build_without_tiers(quick());
  Told one;
  Told other;
  run([&](Group& group) -> Task<> {
    co_await async::with_group(world_->loop, group.stop(), [&](Group& both) -> Task<> {
      both.spawn(ask(tokens(0, 10), 2, one, both.stop()));
      both.spawn(ask(tokens(500, 10), 2, other, both.stop()));
      co_return;
    });
  });
  EXPECT_EQ(one.done, 20ms + 12ms);
  EXPECT_EQ(other.done, 20ms + 12ms);
}

TEST_F(EngineTest, ABatchThatIsFullMakesOthersWait) {
  EngineOptions options = quick();
  options.max_batch = 1;
  build_without_tiers(options);
  Told one;
  Told other;
  run([&](Group& group) -> Task<> {
    co_await async::with_group(world_->loop, group.stop(), [&](Group& both) -> Task<> {
      both.spawn(ask(tokens(0, 100), 2, one, both.stop()));
      both.spawn(ask(tokens(500, 50), 1, other, both.stop()));
      co_return;
    });
  });
  EXPECT_EQ(one.done, 111ms);
  EXPECT_EQ(other.admitted, 111ms);
  EXPECT_EQ(other.first, 161ms);
}

// 4 blocks of 16: the first request needs 3 for 33 tokens, so the second waits for its 2.
TEST_F(EngineTest, ADeviceThatIsFullMakesOthersWait) {
  EngineOptions options = quick();
  options.device_blocks = 4;
  build_without_tiers(options);
  Told one;
  Told other;
  run([&](Group& group) -> Task<> {
    co_await async::with_group(world_->loop, group.stop(), [&](Group& both) -> Task<> {
      both.spawn(ask(tokens(0, 33), 1, one, both.stop()));
      both.spawn(ask(tokens(500, 20), 1, other, both.stop()));
      co_return;
    });
  });
  EXPECT_EQ(one.first, 33ms);
  EXPECT_EQ(other.admitted, 33ms);
}

// Both begin with 2 blocks for 31 tokens, and have 4 in all. The first one's 33rd token needs a
// third: the second loses its two, and begins again when the first is over, with the 2 tokens that
// it had said.
TEST_F(EngineTest, TheYoungestIsPreemptedWhenBlocksRunOut) {
  EngineOptions options = quick();
  options.device_blocks = 4;
  build_without_tiers(options);
  Told one;
  Told other;
  run([&](Group& group) -> Task<> {
    co_await async::with_group(world_->loop, group.stop(), [&](Group& both) -> Task<> {
      both.spawn(ask(tokens(0, 31), 4, one, both.stop()));
      both.spawn(ask(tokens(500, 31), 4, other, both.stop()));
      co_return;
    });
  });
  EXPECT_EQ(figures().preemptions, 1U);
  EXPECT_EQ(one.done, 62ms + 12ms + 2 * 11ms);
  EXPECT_EQ(other.first, 62ms);
  EXPECT_EQ(other.done, one.done + 33ms + 11ms);  // 31 + 2 tokens again give the third
  EXPECT_EQ(figures().prefilled_tokens, 62U + 33U);
  EXPECT_EQ(figures().generated_tokens, 8U);
  EXPECT_EQ(figures().used_blocks[TierId::gpu], 0U);
}

TEST_F(EngineTest, SaysWhatDoesNotFit) {
  EngineOptions options = quick();
  options.max_num_tokens = 100;
  options.max_model_len = 120;
  options.device_blocks = 7;
  build_without_tiers(options);
  EXPECT_EQ(engine_->unfit(100, 12), Unfit::none);
  EXPECT_EQ(engine_->unfit(101, 1), Unfit::max_num_tokens);
  EXPECT_EQ(engine_->unfit(100, 21), Unfit::max_model_len);
  EXPECT_EQ(engine_->unfit(100, 13), Unfit::device_memory);
  EXPECT_EQ(engine_->unfit(0, 1), Unfit::no_tokens);
}

TEST_F(EngineTest, TheFirstTokenWaitsForTheLoadAndTheRest) {
  build(quick(), {.host_blocks = 64});
  run([&](Group& group) -> Task<> {
    Told told;
    co_await ask(tokens(0, 100), 1, told, group.stop());
    co_await world_->manager->drain(group.stop());
    co_await ask(tokens(0, 100), 1, told, group.stop());
    EXPECT_EQ(told.hits[TierId::cpu], 96U);
    EXPECT_EQ(told.first, 1ms + 4ms);
  });
  EXPECT_EQ(figures().moves, (BlockMoves{.offload_d2h = 6, .onboard_h2d = 6}));
}

TEST_F(EngineTest, AnOverlappedLoadCostsOnlyWhatTheComputingDoesNotHide) {
  EngineOptions options = quick();
  options.overlap_loads = true;
  build(options, {.host_blocks = 6, .disk_blocks = 64});
  run([&](Group& group) -> Task<> {
    Told told;
    co_await ask(tokens(0, 100), 1, told, group.stop());
    co_await world_->manager->drain(group.stop());
    co_await ask(tokens(5000, 99), 1, told, group.stop());  // pushes the first out of the host
    co_await world_->manager->drain(group.stop());
    co_await ask(tokens(0, 98), 1, told, group.stop());
    EXPECT_EQ(told.hits[TierId::storage], 96U);
    EXPECT_EQ(told.first, 5ms);  // 2 ms of computing lie inside of it
    co_await world_->manager->drain(group.stop());
    co_await ask(tokens(0, 106), 1, told, group.stop());
    EXPECT_EQ(told.first, 10ms);  // 1 ms of loading lies inside of it
  });
}

TEST_F(EngineTest, AClientThatGoesAwayLeavesNothingBehind) {
  build(quick(), {.host_blocks = 64});
  run([&](Group& group) -> Task<> {
    {
      const Generation decoding(*engine_,
                                {.id = 1, .prompt = tokens(0, 50), .answer = tokens(9, 9)});
      const Generation waiting(*engine_,
                               {.id = 2, .prompt = tokens(99, 5), .answer = tokens(9, 9)});
      co_await pause(70ms, group.stop());
      EXPECT_EQ(figures().running, 2U);
    }
    co_await pause(20ms, group.stop());
    EXPECT_EQ(figures().running, 0U);
    EXPECT_EQ(figures().used_blocks[TierId::gpu], 0U);
    EXPECT_EQ(figures().requests_cancelled, 2U);
    Told told;
    co_await ask(tokens(7000, 10), 1, told, group.stop());
    EXPECT_EQ(told.first, 10ms);
  });
}

TEST_F(EngineTest, AStopAbandonsWhatIsUnderWay) {
  build_without_tiers(quick());
  Told told;
  world_->run([&](Stop& stop) -> Task<> {
    co_await async::with_group(world_->loop, stop, [&](Group& group) -> Task<> {
      Stop engine(group.stop());
      const auto run_engine = [&]() -> Task<> { co_await engine_->run(engine); };
      group.spawn(run_engine());
      group.spawn(ask(tokens(0, 100), 5, told, group.stop()));
      co_await pause(30ms, group.stop());
      engine.request();
      co_await pause(1ms, group.stop());
      EXPECT_TRUE(told.abandoned);
    });
  });
  EXPECT_EQ(figures().requests_cancelled, 1U);
}

// Populate, thrash past what the host holds, replay: without a disk everything is computed again,
// with one exactly what the host lost is read.
TEST_F(EngineTest, AReplayAfterThrashingReadsExactlyWhatTheHostLost) {
  const auto replay = [&](std::size_t disk_blocks) {
    build(quick(), {.host_blocks = 8, .disk_blocks = disk_blocks});
    PerTier<std::uint64_t> hits{};
    run([&](Group& group) -> Task<> {
      Told told;
      for (std::uint32_t session = 0; session < 2; ++session) {
        co_await ask(tokens(10'000 * session, 50), 1, told, group.stop());
      }
      for (std::uint32_t session = 10; session < 13; ++session) {
        co_await ask(tokens(10'000 * session, 50), 1, told, group.stop());
      }
      co_await world_->manager->drain(group.stop());
      for (std::uint32_t session = 0; session < 2; ++session) {
        co_await ask(tokens(10'000 * session, 50), 1, told, group.stop());
        for (const TierId tier : kAllTiers) hits[tier] += told.hits[tier];
        co_await world_->manager->drain(group.stop());
      }
    });
    return hits;
  };
  EXPECT_EQ(replay(0), (PerTier<std::uint64_t>{}));
  EXPECT_EQ(figures().moves.onboard_d2d, 0U);
  EXPECT_EQ(replay(64), (PerTier<std::uint64_t>{0, 0, 96}));
  const EngineFigures seen = figures();
  EXPECT_EQ(seen.moves.onboard_d2d, 6U);
  EXPECT_EQ(seen.moves.offload_h2d, 15U);
  EXPECT_EQ(seen.disk_bytes_read, 6 * kBlock.count());
  EXPECT_EQ(seen.disk_bytes_written, 15 * kBlock.count());
  EXPECT_EQ(seen.hit_tokens[TierId::cpu] + seen.hit_tokens[TierId::storage],
            (seen.moves.onboard_h2d + seen.moves.onboard_d2d) * 16);
}

TEST_F(EngineTest, AResetForgetsTheDeviceAndIfAskedTheTiers) {
  EngineOptions options = quick();
  options.device_prefix_cache = true;
  build(options, {.host_blocks = 64});
  run([&](Group& group) -> Task<> {
    Told told;
    co_await ask(tokens(0, 100), 1, told, group.stop());
    co_await world_->manager->drain(group.stop());
    co_await engine_->reset_prefix_cache(false, group.stop());
    co_await ask(tokens(0, 100), 1, told, group.stop());
    EXPECT_EQ(told.hits, (PerTier<std::uint64_t>{0, 96, 0}));
    co_await engine_->reset_prefix_cache(true, group.stop());
    co_await ask(tokens(0, 100), 1, told, group.stop());
    EXPECT_EQ(told.hits, (PerTier<std::uint64_t>{}));
  });
}

}  // namespace
}  // namespace spillway::serve
