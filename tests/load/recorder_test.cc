// SPDX-License-Identifier: Apache-2.0
#include "load/recorder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <string>

namespace spillway::load {
namespace {

record::RequestRow row(std::int64_t due, std::int64_t done) {
  record::RequestRow row;
  row.due = row.admitted = row.started = row.loaded = row.first_token = due;
  row.done = row.stored = done;
  return row;
}

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() : path_(testing::TempDir() + "spillway-recorder-XXXXXX") {
    ::mkdtemp(path_.data());
    log_.emplace(path_ + "/requests.jsonl", record::RequestLogOptions{.threaded = false});
  }
  ~RecorderTest() override {
    log_->finish();
    std::filesystem::remove_all(path_);
  }

  std::string path_;
  std::optional<record::RequestLog> log_;
  LiveFigures live_;
};

TEST_F(RecorderTest, CountsOnlyWhatLiesInTheWindow) {
  Recorder recorder(*log_, live_);
  recorder.open(100);
  recorder.add(row(99, 150));   // due before: warm-up
  recorder.add(row(100, 150));  // inside
  recorder.add(row(150, record::kNever));
  recorder.close(200);
  recorder.add(row(150, 201));  // done after
  const record::Requests& requests = recorder.observations().requests;
  EXPECT_EQ(requests.warm_up, 1U);
  EXPECT_EQ(requests.completed, 1U);
  EXPECT_EQ(requests.abandoned, 2U);
  EXPECT_EQ(requests.offered, 3U);
}

TEST_F(RecorderTest, WhatIsUnderWayIsAbandonedIfTheRunEndsNow) {
  Recorder recorder(*log_, live_);
  recorder.begin(90);
  recorder.open(100);
  for (const std::int64_t due : {100, 100, 120}) recorder.begin(due);
  recorder.end(100);
  recorder.add(row(100, 130));
  EXPECT_EQ(live_.in_flight, 3U);
  const record::Requests requests = recorder.so_far().requests;
  EXPECT_EQ(requests.offered, 3U);
  EXPECT_EQ(requests.completed, 1U);
  EXPECT_EQ(requests.abandoned, 2U);
  EXPECT_EQ(requests.warm_up, 1U);
  EXPECT_EQ(recorder.observations().requests.abandoned, 0U) << "they may still complete";
}

TEST_F(RecorderTest, ShowsAllThatTheCacheWroteAlsoWhenItsCountersRestart) {
  std::uint64_t written = 0;
  Recorder recorder(*log_, live_, [&] { return written; });
  for (const std::uint64_t total : {100U, 150U, 30U}) {  // 100, 50 more, then 30 since a restart
    written = total;
    recorder.add(row(0, 1));
  }
  EXPECT_EQ(live_.write_bytes, 180U);
}

TEST_F(RecorderTest, ASliceHoldsOnlyRequestsOfItsStep) {
  Recorder recorder(*log_, live_);
  recorder.open(0);
  recorder.sent(10);
  EXPECT_EQ(recorder.cut_slice(50).sent, 0U);
  recorder.begin_step(1, 100);
  recorder.add(row(99, 150));  // of the step before
  recorder.sent(100);
  recorder.add(row(100, 160));
  const Slice first = recorder.cut_slice(200);
  EXPECT_EQ(first.step, 1U);
  EXPECT_EQ(first.start, 100);
  EXPECT_EQ(first.end, 200);
  EXPECT_EQ(first.sent, 1U);
  EXPECT_EQ(first.completed, 1U);
  EXPECT_EQ(first.ttft.count(), 1U);
  recorder.add(row(100, 210));  // sent in the slice before, and still of this step
  EXPECT_EQ(recorder.cut_slice(300).completed, 1U);
  recorder.begin_step(2, 300);
  recorder.add(row(250, 310));
  EXPECT_EQ(recorder.cut_slice(400).completed, 0U);
  EXPECT_EQ(recorder.observations().requests.completed, 4U);  // the run counts them all
}

TEST_F(RecorderTest, SlicesOfShardsAddUp) {
  Slice one;
  one.start = 5;
  one.end = 10;
  one.users = 3;
  one.add(row(1, 7));
  Slice other = one;
  other.start = 4;
  other.add(row(2, 8));
  one.merge(other);
  EXPECT_EQ(one.users, 6U);
  EXPECT_EQ(one.completed, 3U);
  EXPECT_EQ(one.tier_time.count(), 3U);
  EXPECT_EQ(one.end - one.start, 6);
}

}  // namespace
}  // namespace spillway::load
