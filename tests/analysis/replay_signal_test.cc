// SPDX-License-Identifier: Apache-2.0
#include "analysis/replay_signal.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::analysis {
namespace {

struct Counted {
  double from_disk = 0;
  double from_host = 0;
  double matched = 0;
};

record::KvbmDelta delta(const Counted& counted) {
  record::KvbmDelta delta;
  delta.available = true;
  const auto add = [&](std::string_view name, double count) {
    delta.counters[std::string(name)] = {.clamped = count, .measured = count};
  };
  add("kvbm_onboard_blocks_d2d", counted.from_disk);
  add("kvbm_onboard_blocks_h2d", counted.from_host);
  add("kvbm_matched_tokens", counted.matched);
  return delta;
}

KvbmReplaySignal signal(const Counted& baseline, const Counted& pressure, const Counted& replay) {
  return kvbm_replay_signal(
      kRehydratePhases,
      {{"populate", delta(baseline)}, {"thrash", delta(pressure)}, {"replay", delta(replay)}});
}

TEST(ReplaySignal, TheFirstRuleThatAppliesDecides) {
  const Counted blocks = {.from_disk = 2, .matched = 8};
  const Counted tokens = {.matched = 8};
  EXPECT_EQ(signal({}, {}, blocks).signal, "disk_rehydrate_detected");
  EXPECT_EQ(signal({}, {}, {.from_host = 1}).signal, "disk_rehydrate_detected");
  EXPECT_EQ(signal(blocks, blocks, {}).signal, "no_onboard_no_reuse_signal");
  EXPECT_EQ(signal(blocks, {}, {}).reuse_gate, "reuse_absent");
  EXPECT_EQ(signal({}, blocks, tokens).signal, "onboard_outside_replay");
  EXPECT_EQ(signal(blocks, {}, tokens).signal, "onboard_outside_replay");
  EXPECT_EQ(signal({}, {}, tokens).signal, "no_onboard_signal");
  EXPECT_EQ(signal({}, {}, tokens).reuse_gate, "reuse_present");
}

TEST(ReplaySignal, SaysWhetherTheDiskOrTheHostServed) {
  EXPECT_NE(signal({}, {}, {.from_disk = 1}).interpretation,
            signal({}, {}, {.from_host = 1}).interpretation);
}

TEST(ReplaySignal, KeepsTheFiguresOfEachPhase) {
  const KvbmReplaySignal found =
      signal({.from_disk = 1, .from_host = 2, .matched = 3}, {.from_host = 4, .matched = 5},
             {.from_disk = 6, .from_host = 7, .matched = 8});
  EXPECT_DOUBLE_EQ(found.baseline_blocks, 3);
  EXPECT_DOUBLE_EQ(found.pressure_blocks, 4);
  EXPECT_DOUBLE_EQ(found.replay_blocks, 13);
  EXPECT_DOUBLE_EQ(found.replay_from_disk, 6);
  EXPECT_DOUBLE_EQ(found.replay_from_host, 7);
  EXPECT_DOUBLE_EQ(found.baseline_tokens, 3);
  EXPECT_DOUBLE_EQ(found.pressure_tokens, 5);
  EXPECT_DOUBLE_EQ(found.replay_tokens, 8);
  EXPECT_TRUE(found.caveats.empty());
}

TEST(ReplaySignal, NamesWhatItCouldNotSee) {
  PhaseDeltas deltas = {{"populate", delta({})}, {"thrash", delta({})}, {"replay", delta({})}};
  deltas["replay"].counters["kvbm_matched_tokens"].measured.reset();
  deltas["thrash"].counters["kvbm_onboard_blocks_d2d"].reset = true;
  deltas["populate"].available = false;
  deltas["populate"].reason = "snapshot_missing";
  EXPECT_EQ(kvbm_replay_signal(kRehydratePhases, deltas).caveats,
            (std::vector<std::string>{"populate: snapshot_missing",
                                      "thrash: kvbm_onboard_blocks_d2d was reset",
                                      "replay: kvbm_matched_tokens was not on the page"}));
}

TEST(ReplaySignal, TheDeviceHasToReadMoreThanBefore) {
  const auto of = [](double baseline, double replay) {
    return io_replay_signal(
               kEvictionPhases,
               {.baseline_read_mib = baseline, .pressure_write_mib = 0, .replay_read_mib = replay})
        .signal;
  };
  EXPECT_EQ(of(0, 1.001), "possible_readback");
  EXPECT_EQ(of(0, 1.0), "weak_read_signal");
  EXPECT_EQ(of(100, 120), "weak_read_signal");
  EXPECT_EQ(of(100, 121), "possible_readback");
  EXPECT_EQ(of(100, 0), "no_clear_readback");
}

TEST(ReplaySignal, ADeviceWithoutCountersIsNotOneThatReadNothing) {
  const IoReplaySignal unknown =
      io_replay_signal(kEvictionPhases, {.baseline_read_mib = std::nullopt,
                                         .pressure_write_mib = std::nullopt,
                                         .replay_read_mib = std::nullopt});
  EXPECT_EQ(unknown.signal, "no_clear_readback");
  EXPECT_FALSE(unknown.reads.replay_read_mib);
  EXPECT_NE(unknown.interpretation.find("not known"), std::string_view::npos);
}

TEST(ReplaySignal, EitherRepeatOfAPromptShowsReuse) {
  EXPECT_EQ(reuse_signal({}).signal, "no_prefix_reuse_signal");
  EXPECT_EQ(reuse_signal({{"reuse_1", delta({.matched = 5})}}).signal, "no_prefix_reuse_signal");
  EXPECT_EQ(reuse_signal({{"reuse_2", delta({.matched = 5})}}).signal, "prefix_reuse_detected");
  const ReuseSignal third =
      reuse_signal({{"reuse_3", delta({.from_disk = 1, .from_host = 2, .matched = 5})}});
  EXPECT_EQ(third.signal, "prefix_reuse_detected");
  EXPECT_DOUBLE_EQ(third.third.onboard_from_disk, 1);
  EXPECT_DOUBLE_EQ(third.third.onboard_from_host, 2);
}

TEST(ReplaySignal, ARoleThatTheScenarioDoesNotHaveIsNoGap) {
  record::KvbmSnapshot reading;
  reading.success = true;
  for (const std::string_view name : record::kKvbmCounters) reading.metrics.emplace(name, 0);
  const auto signal = kvbm_replay_signal({.baseline = "", .pressure = "", .replay = "again"},
                                         {{"again", record::kvbm_delta(reading, reading)}});
  EXPECT_TRUE(signal.caveats.empty());
  EXPECT_EQ(signal.phases.replay, "again");
}

}  // namespace
}  // namespace spillway::analysis
