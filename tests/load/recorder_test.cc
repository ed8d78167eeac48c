// SPDX-License-Identifier: Apache-2.0
#include "load/recorder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace spillway::load {
namespace {

record::RequestRow row(std::int64_t due, std::int64_t done) {
  record::RequestRow row;
  row.due = row.admitted = row.started = row.loaded = row.first_token = due;
  row.done = row.stored = done;
  return row;
}

TEST(Recorder, CountsOnlyWhatLiesInTheWindow) {
  std::string path = testing::TempDir() + "spillway-recorder-XXXXXX";
  ::mkdtemp(path.data());
  {
    record::RequestLog log(path + "/requests.jsonl", {.threaded = false});
    LiveFigures live;
    Recorder recorder(log, live);
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
    log.finish();
  }
  std::filesystem::remove_all(path);
}

}  // namespace
}  // namespace spillway::load
