// SPDX-License-Identifier: Apache-2.0
#include "analysis/assessment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spillway::analysis {
namespace {

constexpr std::int64_t kMs = 1'000'000;

// Ten seconds in which storage wrote 10 GiB in 100 ms a block, 20 of them in our queue, and read as
// much in 250 ms, 100 of them in our queue; half of what was asked for was there.
record::Run run() {
  record::Run run;
  run.window.end_ns = 10'000 * kMs;
  record::TierCounters& storage = run.observed.tier(TierId::storage);
  for (int i = 0; i < 10; ++i) {
    storage.write.add(1U << 30U, 100 * kMs, 20 * kMs);
    storage.read.add(1U << 30U, 250 * kMs, 100 * kMs);
  }
  run.observed.reuse = {.blocks_asked = 10, .blocks_hit = {0, 0, 5}};
  return run;
}

const Criterion* find(const Assessment& assessment, std::string_view name) {
  for (const Criterion& criterion : assessment.criteria) {
    if (criterion.name == name) return &criterion;
  }
  return nullptr;
}

TEST(Assessment, JudgesTheDeviceWithoutOurQueue) {
  const Assessment assessment = assess(run(), Profile::latency);
  const Criterion* const read = find(assessment, "Storage read P95, device");
  ASSERT_NE(read, nullptr);
  EXPECT_NEAR(read->actual, 150, 1.5);
  EXPECT_TRUE(read->passed) << "250 ms with the queue";
  EXPECT_EQ(read->samples, 10U);
  EXPECT_EQ(find(assessment, "CPU tier P95, reads and writes"), nullptr) << "no sample";
  EXPECT_EQ(assessment.outcome(), Outcome::pass);
  EXPECT_EQ(assessment.passed(), 3U);
}

TEST(Assessment, OneThatFailsIsAFailure) {
  record::Run slow = run();
  for (int i = 0; i < 10; ++i) slow.observed.tier(TierId::storage).write.add(1, 501 * kMs);
  EXPECT_EQ(assess(slow, Profile::latency).outcome(), Outcome::fail);
  record::Run cold = run();
  cold.observed.reuse.blocks_hit = {0, 0, 3};
  EXPECT_EQ(assess(cold, Profile::latency).outcome(), Outcome::fail) << "30 % is not above 30 %";
}

TEST(Assessment, NothingEvaluatedIsNoPass) {
  EXPECT_EQ(assess({}, Profile::latency).outcome(), Outcome::not_evaluated);
  EXPECT_EQ(assess({}, Profile::throughput).outcome(), Outcome::not_evaluated);
}

TEST(Assessment, ThroughputAsksForAnyBandwidth) {
  const Assessment assessment = assess(run(), Profile::throughput);
  const Criterion* const read = find(assessment, "Storage read bandwidth");
  ASSERT_NE(read, nullptr);
  EXPECT_DOUBLE_EQ(read->actual, 1);
  EXPECT_EQ(read->unit, "GiB/s");
  EXPECT_EQ(assessment.outcome(), Outcome::pass);

  record::Run writes = run();
  writes.observed.tier(TierId::storage).read = {};
  EXPECT_EQ(find(assess(writes, Profile::throughput), "Storage read bandwidth"), nullptr)
      << "a node that only writes";
}

TEST(Assessment, HintsNameWhatIsAboveItsThreshold) {
  EXPECT_THAT(bottlenecks(run()), testing::ElementsAre("storage reads: P95 250 ms, above 200 ms"));
  record::Run queued = run();
  queued.observed.tier(TierId::storage).read = {};
  queued.observed.completed.queue_wait.add(60 * kMs);
  queued.observed.completed.end_to_end.add(100 * kMs);
  EXPECT_THAT(bottlenecks(queued),
              testing::ElementsAre("queue wait: 60 of 100 ms until the last token"));
  EXPECT_TRUE(bottlenecks({}).empty());
}

TEST(Assessment, ProfilesAreFoundByName) {
  EXPECT_EQ(find_profile("throughput"), Profile::throughput);
  EXPECT_EQ(find_profile("speed"), std::nullopt);
}

}  // namespace
}  // namespace spillway::analysis
