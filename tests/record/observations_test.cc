// SPDX-License-Identifier: Apache-2.0
#include "record/observations.h"

#include <gtest/gtest.h>

#include "tests/record/filled_run.h"

namespace spillway::record {
namespace {

RequestRow completed_row() {
  RequestRow row;
  row.due = 1'000;
  row.admitted = 2'000;
  row.started = 4'000;
  row.loaded = 8'000;
  row.first_token = 16'000;
  row.done = 32'000;
  row.stored = 31'000;
  row.input_tokens = 512;
  row.output_tokens = 20;
  row.blocks_asked = 8;
  row.blocks_hit = {1, 2, 3};
  row.tokens_asked = 512;
  row.tokens_hit = 384;
  row.tier_time = 5'000;
  return row;
}

TEST(Observations, TakesEachStageFromItsTwoStamps) {
  Observations seen;
  seen.add(completed_row());

  const StageLatencies& stages = seen.completed;
  EXPECT_EQ(stages.lateness.max(), 1'000);
  EXPECT_EQ(stages.queue_wait.max(), 3'000);
  EXPECT_EQ(stages.storage.max(), 4'000);
  EXPECT_EQ(stages.prefill.max(), 8'000);
  EXPECT_EQ(stages.ttft.max(), 15'000);
  EXPECT_EQ(stages.end_to_end.max(), 31'000);
  EXPECT_EQ(stages.write_back.max(), 0) << "stored before the last token";
  EXPECT_EQ(seen.requests.input_tokens, 512U);
  EXPECT_EQ(seen.reuse.hits(), 6U);
  EXPECT_EQ(seen.reuse.tokens_asked, 512U);
  EXPECT_EQ(stages.tier_time.max(), 5'000);
}

TEST(Observations, CountsAClassOnlyWhereClassesMeanSomething) {
  Observations seen;
  const QosTarget target = {
      .ttft_ns = 15'000, .tier_time_ns = 4'999, .tail_ns = {14'999, 15'000, 99'000}};
  seen.targets = {QosTarget{}, target, QosTarget{}};
  RequestRow row = completed_row();
  row.qos = Qos::responsive;
  seen.add(row);
  EXPECT_EQ(seen.of(Qos::responsive).requests.offered, 0U);

  row.flags |= RequestRow::kClassed;
  seen.add(row);
  row.status = Status::abandoned;
  row.admitted = kNever;
  seen.add(row);
  const ClassFigures& figures = seen.of(Qos::responsive);
  EXPECT_EQ(figures.requests.offered, 2U);
  EXPECT_EQ(figures.requests.completed, 1U);
  EXPECT_EQ(figures.requests.abandoned, 1U);
  EXPECT_EQ(figures.admitted, 1U);
  EXPECT_EQ(figures.met_ttft, 1U) << "15 us is not above the target of 15 us";
  EXPECT_EQ(figures.met_tier_time, 0U);
  EXPECT_EQ(figures.met_tail, (std::array<std::uint64_t, 3>{0, 1, 1}));
  EXPECT_EQ(figures.ttft.count(), 1U);
  EXPECT_EQ(seen.of(Qos::batch).requests.offered, 0U);
}

TEST(Observations, KeepsReadsOfDecodeApartFromReuse) {
  Observations seen;
  RequestRow row = completed_row();
  row.flags |= RequestRow::kEntries;
  row.reuse_asked = {1, 3, 0};
  row.reuse_hit = {1, 2, 0};
  row.decode_reads = 5;
  row.entry_write = 700;
  row.decode_read = kNever;  // it only computed its prompt
  seen.add(row);
  EXPECT_EQ(seen.entries.asked.at(index_of(ReuseKind::history)), 3U);
  EXPECT_EQ(seen.entries.hit.at(index_of(ReuseKind::history)), 2U);
  EXPECT_EQ(seen.entries.decode_reads, 5U);
  EXPECT_EQ(seen.entries.write.max(), 700);
  EXPECT_EQ(seen.entries.decode_read.count(), 0U);

  Observations all;
  all.merge(seen);
  all.merge(seen);
  EXPECT_EQ(all.entries.decode_reads, 10U);
  EXPECT_EQ(all.entries.asked.at(index_of(ReuseKind::system_prompt)), 2U);
}

TEST(Observations, KeepsFailedRequestsOutOfTheLatencies) {
  Observations seen;
  RequestRow row = completed_row();
  row.status = Status::failed;
  row.first_token = kNever;
  seen.add(row);

  EXPECT_EQ(seen.requests.failed, 1U);
  EXPECT_EQ(seen.requests.completed, 0U);
  EXPECT_EQ(seen.completed.end_to_end.count(), 0U);
  EXPECT_EQ(seen.failed.end_to_end.count(), 1U);
  EXPECT_EQ(seen.failed.ttft.count(), 0U) << "a stage that was not reached is not 0 ms";
}

TEST(Observations, AbandonedRequestsHaveNoLatency) {
  Observations seen;
  RequestRow row = completed_row();
  row.status = Status::abandoned;
  seen.add(row);

  EXPECT_EQ(seen.requests.abandoned, 1U);
  EXPECT_EQ(seen.requests.offered, 1U);
  EXPECT_EQ(seen.completed.queue_wait.count(), 0U);
  EXPECT_EQ(seen.failed.queue_wait.count(), 0U);
}

TEST(Observations, OnlyCountsTheWarmUp) {
  Observations seen;
  RequestRow row = completed_row();
  row.flags |= RequestRow::kWarmUp;
  seen.add(row);

  EXPECT_EQ(seen.requests.warm_up, 1U);
  EXPECT_EQ(seen.requests.offered, 0U);
  EXPECT_EQ(seen.reuse.blocks_asked, 0U);
  EXPECT_EQ(seen.completed.ttft.count(), 0U);
}

TEST(Observations, OfferedIsTheSumOfAllEndings) {
  const record::Run run = filled_run();
  const Requests& requests = run.observed.requests;
  EXPECT_EQ(requests.offered, 4U);
  EXPECT_EQ(requests.offered, requests.completed + requests.failed + requests.abandoned);
}

TEST(Observations, MergesSumsAndKeepsTheTiersOwnFigures) {
  const Observations one = filled_run().observed;
  Observations both = one;
  both.merge(one);

  EXPECT_EQ(both.requests.completed, 2 * one.requests.completed);
  EXPECT_EQ(both.completed.ttft.count(), 2 * one.completed.ttft.count());
  EXPECT_EQ(both.engine.depth_ns, 2 * one.engine.depth_ns);
  EXPECT_EQ(both.verification.corrupted, 2U);
  const TierCounters& gpu = both.tier(TierId::gpu);
  EXPECT_EQ(gpu.stored_bytes, 2 * one.tier(TierId::gpu).stored_bytes);
  EXPECT_EQ(gpu.capacity_bytes, one.tier(TierId::gpu).capacity_bytes) << "shards share the tier";
  EXPECT_EQ(gpu.peak_bytes, one.tier(TierId::gpu).peak_bytes);
  EXPECT_TRUE(gpu.modelled);
  EXPECT_TRUE(both.tier(TierId::storage).is_unlimited());
}

TEST(Observations, KeepsTheFirstTextOfAnErrorClass) {
  Observations seen;
  seen.add_error("storage.read.io_error", "first");
  seen.add_error("storage.read.io_error", "second");
  Observations other;
  other.add_error("storage.read.io_error", "third", 5);
  seen.merge(other);

  ASSERT_EQ(seen.errors.size(), 1U);
  EXPECT_EQ(seen.errors.begin()->second.count, 7U);
  EXPECT_EQ(seen.errors.begin()->second.example, "first");
}

}  // namespace
}  // namespace spillway::record
