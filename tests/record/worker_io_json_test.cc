// SPDX-License-Identifier: Apache-2.0
#include "record/worker_io_json.h"

#include <gtest/gtest.h>

#include "text/json_reader.h"

namespace spillway::record {
namespace {

template <typename Write>
text::JsonValue written(Write write) {
  text::JsonWriter json;
  write(json);
  return text::parse_json(json.text(), "test");
}

WorkerIo reading(std::uint64_t read) {
  WorkerIo io;
  io.pattern = "serve";
  for (std::int64_t pid = 1; pid <= 6; ++pid) {
    io.processes.push_back({.pid = pid,
                            .command_line = "serve",
                            .read_bytes = read * static_cast<std::uint64_t>(pid),
                            .write_bytes = 0,
                            .read_calls = 2,
                            .write_calls = 3});
  }
  io.cgroup.error = "no group";
  return io;
}

TEST(WorkerIoJson, AReadingHasItsProcessesAndTheirSum) {
  const text::JsonValue json =
      written([](text::JsonWriter& out) { write_worker_io(out, reading(10)); });
  EXPECT_EQ(json.at("source").as_string(), "host_proc");
  EXPECT_EQ(json.at("totals").at("read_bytes").as_int(), 210);
  EXPECT_EQ(json.at("processes").elements().at(1).at("syscw").as_int(), 3);
  EXPECT_FALSE(json.at("cgroup_io").at("available").as_bool());
  EXPECT_TRUE(json.at("cgroup_io").at("totals").at("read_bytes").is_null());
  EXPECT_EQ(json.at("attribution_sources").at("selected_source").as_string(), "host_proc");
}

TEST(WorkerIoJson, ADeltaNamesTheFiveThatMovedMost) {
  constexpr std::uint64_t kMebibyte = 1U << 20U;
  const text::JsonValue json = written([&](text::JsonWriter& out) {
    write_worker_delta(out, worker_io_delta(reading(0), reading(kMebibyte / 2)));
  });
  EXPECT_DOUBLE_EQ(json.at("read_mib_delta").as_double(), 10.5);
  EXPECT_EQ(json.at("per_pid_deltas").elements().size(), 6U);
  ASSERT_EQ(json.at("top_readers").elements().size(), 5U);
  EXPECT_EQ(json.at("top_readers").elements()[0].at("pid").as_int(), 6);
  EXPECT_EQ(json.at("matched_pids_after").elements().size(), 6U);
  EXPECT_TRUE(json.at("cgroup_read_bytes_delta").is_null());
}

TEST(WorkerIoJson, WhatNobodyReadIsNull) {
  EXPECT_TRUE(written([](text::JsonWriter& out) {
                write_block_stats(out, BlockSample{.taken = UtcTime()});
              }).is_null());
  EXPECT_TRUE(
      written([](text::JsonWriter& out) { write_block_delta(out, std::nullopt); }).is_null());
  const text::JsonValue json = written([](text::JsonWriter& out) {
    write_worker_delta(out, worker_io_delta(WorkerIo(), WorkerIo()));
  });
  EXPECT_FALSE(json.at("available").as_bool());
  EXPECT_TRUE(json.at("read_bytes_delta").is_null());
  EXPECT_EQ(json.at("source_after").as_string(), "process_io_unavailable");
}

TEST(WorkerIoJson, TheDeviceHasSectorsAndTheDeltaBytes) {
  const BlockSample before{.taken = UtcTime(), .success = true, .read_bytes = 512};
  const BlockSample after{.taken = UtcTime(), .success = true, .read_bytes = 512 + 1572864};
  const text::JsonValue json = written(
      [&](text::JsonWriter& out) { write_block_delta(out, block_io_delta(before, after)); });
  EXPECT_DOUBLE_EQ(json.at("read_mib_delta").as_double(), 1.5);
  EXPECT_EQ(json.at("read_bytes_delta").as_int(), 1572864);
  EXPECT_EQ(json.at("before").at("read_sectors").as_int(), 1);
}

}  // namespace
}  // namespace spillway::record
