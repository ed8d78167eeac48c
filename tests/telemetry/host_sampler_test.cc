// SPDX-License-Identifier: Apache-2.0
#include "telemetry/host_sampler.h"

#include <gtest/gtest.h>

#include <latch>
#include <vector>

#include "core/error.h"
#include "tests/telemetry/fake_tree.h"

namespace spillway::telemetry {
namespace {

using std::chrono::milliseconds;

TEST(NextSlot, FollowsTheLastAndLeavesOutWhatHasPassed) {
  EXPECT_EQ(next_slot(0, milliseconds(1), milliseconds(10)), 1U);
  EXPECT_EQ(next_slot(3, milliseconds(39), milliseconds(10)), 4U);
  EXPECT_EQ(next_slot(3, milliseconds(75), milliseconds(10)), 8U);
}

class HostSamplerTest : public testing::Test {
 protected:
  HostSamplerOptions options(Duration interval) const {
    HostSamplerOptions options;
    options.reader.root = tree_.root();
    options.reader.gpu_library = "libthere-is-none.so.1";
    options.interval = interval;
    return options;
  }

  FakeTree tree_;
};

TEST_F(HostSamplerTest, SamplesAtTheStartAndAtTheEnd) {
  tree_.put("sys/block/sda/stat", "1 0 2 0 0 0 0 0 0 0 0\n");
  std::vector<record::HostSample> samples;
  HostSampler sampler(options(std::chrono::hours(1)),
                      [&](const record::HostSample& one) { samples.push_back(one); });
  ASSERT_EQ(samples.size(), 1U);
  tree_.put("sys/block/sda/stat", "9 0 2 0 0 0 0 0 0 0 0\n");
  const record::SampleCadence cadence = sampler.finish();
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].slot, 0U);
  EXPECT_EQ(samples[0].block.value().at(0).reads, 1U);
  EXPECT_FALSE(samples[1].slot) << "the last one lies beside the schedule";
  EXPECT_EQ(samples[1].block.value().at(0).reads, 9U);
  EXPECT_EQ(cadence.intended, std::chrono::hours(1));
  EXPECT_EQ(cadence.count, 1U);
  EXPECT_EQ(cadence.missed, 0U);
  EXPECT_FALSE(cadence.median_gap);
}

TEST_F(HostSamplerTest, SamplesNoSlotBeforeItIsDueAndNoneTwice) {
  constexpr milliseconds kInterval{10};
  std::vector<record::HostSample> samples;
  std::latch four(4);
  HostSampler sampler(options(kInterval), [&](const record::HostSample& one) {
    samples.push_back(one);
    if (samples.size() <= 4) four.count_down();
  });
  four.wait();
  const record::SampleCadence cadence = sampler.finish();
  EXPECT_EQ(cadence.count, samples.size() - 1);
  std::uint64_t next = 0;
  for (std::size_t i = 0; i + 1 < samples.size(); ++i) {
    const std::uint64_t slot = samples[i].slot.value();
    EXPECT_GE(slot, next);
    EXPECT_GE(samples[i].since_start, kInterval * slot);
    next = slot + 1;
  }
  EXPECT_GE(cadence.count + cadence.missed, next);
  EXPECT_GE(cadence.largest_gap.value(), cadence.median_gap.value());
}

TEST_F(HostSamplerTest, TellsItsOwnerWhatTheSinkThrew) {
  std::latch thrown(2);
  HostSampler sampler(options(milliseconds(10)), [&](const record::HostSample& one) {
    thrown.count_down();
    if (one.slot != 0U) throw Error("write a sample: the disk is full");
  });
  thrown.wait();
  EXPECT_THROW(sampler.finish(), Error);
}

TEST_F(HostSamplerTest, EndsWithItsOwnerWhenNobodyFinishesIt) {
  int taken = 0;
  {
    const HostSampler sampler(options(std::chrono::hours(1)),
                              [&](const record::HostSample&) { ++taken; });
  }
  EXPECT_EQ(taken, 1);
}

TEST_F(HostSamplerTest, RefusesAnIntervalThatIsTooShort) {
  EXPECT_THROW(HostSampler(options(milliseconds(9)), [](const record::HostSample&) {}), Error);
  EXPECT_THROW(HostSampler(options(Duration(0)), [](const record::HostSample&) {}), Error);
}

}  // namespace
}  // namespace spillway::telemetry
