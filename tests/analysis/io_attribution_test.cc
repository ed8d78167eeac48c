// SPDX-License-Identifier: Apache-2.0
#include "analysis/io_attribution.h"

#include <gtest/gtest.h>

namespace spillway::analysis {
namespace {

UtcTime second(int count) { return UtcTime(std::chrono::seconds(count)); }

record::BlockSample block(int at, std::uint64_t read) {
  return {.taken = second(at), .success = true, .read_bytes = read, .write_bytes = 2 * read};
}

record::ProcessCounters counters(std::int64_t pid, std::uint64_t read) {
  return {.pid = pid, .command_line = "worker", .read_bytes = read};
}

record::ProcessSample processes(int at, std::vector<record::ProcessCounters> all) {
  return {.taken = second(at),
          .success = true,
          .selection = "pattern_match",
          .processes = std::move(all)};
}

// A replay from the tenth to the twentieth second.
IoCapture capture() {
  IoCapture capture;
  capture.windows = {{.phase = "replay", .start = second(10), .end = second(20)}};
  return capture;
}

TEST(IoAttribution, SamplesAroundTheWindowCount) {
  IoCapture around = capture();
  around.block_samples = {block(0, 1),   block(9, 10),  block(11, 20),
                          block(19, 50), block(21, 70), block(30, 900)};
  const PhaseBlockIo io = attribute_io(around).block.at("replay");
  EXPECT_EQ(io.source, IoSource::sampling);
  EXPECT_EQ(io.bytes->read_bytes, 60U);
  EXPECT_EQ(io.bytes->write_bytes, 120U);
}

TEST(IoAttribution, WhereNoneLieAroundItTheFirstAndTheLastCount) {
  IoCapture inside = capture();
  inside.block_samples = {block(12, 5), block(14, 6), block(16, 9)};
  EXPECT_EQ(attribute_io(inside).block.at("replay").bytes->read_bytes, 4U);
}

TEST(IoAttribution, SamplesThatFailedDoNot) {
  IoCapture failing = capture();
  failing.block_samples = {block(9, 10), block(21, 70)};
  failing.block_samples[1].success = false;
  EXPECT_EQ(attribute_io(failing).block.at("replay").bytes->read_bytes, 0U);
  failing.block_samples[0].success = false;
  const PhaseBlockIo none = attribute_io(failing).block.at("replay");
  EXPECT_EQ(none.source, IoSource::unavailable);
  EXPECT_FALSE(none.bytes) << "missing is not zero";
}

TEST(IoAttribution, BoundariesComeBeforeSamples) {
  IoCapture both = capture();
  both.block_samples = {block(9, 10), block(21, 70)};
  both.process_samples = {processes(9, {counters(7, 0)}), processes(21, {counters(7, 5)})};
  both.block_boundaries["replay"] = {.read_bytes = 55, .write_bytes = 1};
  both.process_boundaries["replay"] = {
      .read_bytes = 4,
      .write_bytes = 0,
      .cgroup_read_bytes = 6,
      .cgroup_write_bytes = std::nullopt,
      .processes = {{.pid = 7, .command_line = "worker", .read_bytes = 4}}};
  const IoAttribution found = attribute_io(both);
  EXPECT_EQ(found.block.at("replay").source, IoSource::boundary);
  EXPECT_EQ(found.block.at("replay").bytes->read_bytes, 55U);
  EXPECT_EQ(found.block.at("replay").sampled->read_bytes, 60U);
  const PhaseProcessIo& process = found.process.at("replay");
  EXPECT_EQ(process.bytes->read_bytes, 4U);
  EXPECT_EQ(process.sampled->read_bytes, 5U);
  EXPECT_EQ(process.cgroup_read_bytes, 6U);
  EXPECT_FALSE(process.cgroup_write_bytes);
}

TEST(IoAttribution, WhatAProcessMovedBeforeItWasSeenIsNotThePhases) {
  IoCapture late = capture();
  late.process_samples = {processes(9, {counters(7, 100)}),
                          processes(15, {counters(7, 110), counters(8, 5000)}),
                          processes(21, {counters(7, 120), counters(8, 5030), counters(9, 40)})};
  const PhaseProcessIo io = attribute_io(late).process.at("replay");
  EXPECT_EQ(io.bytes->read_bytes, 50U);
  ASSERT_EQ(io.processes.size(), 3U);
  EXPECT_EQ(io.processes[0].pid, 8) << "most bytes first";
  EXPECT_EQ(io.processes[0].read_bytes, 30U);
  EXPECT_EQ(io.processes[2].read_bytes, 0U);
}

TEST(IoAttribution, FilesAreThoseOpenInsideTheWindow) {
  IoCapture files = capture();
  const record::OpenFile one{.pid = 7, .path = "/cache/a"};
  const record::OpenFile two{.pid = 7, .path = "/cache/b"};
  files.file_samples = {{.taken = second(5), .success = true, .files = {two}},
                        {.taken = second(10), .success = true, .files = {one, two}},
                        {.taken = second(20), .success = true, .files = {two}}};
  const IoAttribution found = attribute_io(files);
  EXPECT_TRUE(found.files_available);
  ASSERT_EQ(found.files.at("replay").size(), 2U);
  EXPECT_EQ(found.files.at("replay")[0].path, "/cache/b") << "seen most";
  EXPECT_EQ(found.files.at("replay")[0].samples, 2U);
  EXPECT_FALSE(attribute_io(capture()).files_available);
}

TEST(IoAttribution, HintsNeedReadsAndFlagsNeedNothing) {
  IoCapture hinted = capture();
  EXPECT_EQ(attribute_io(hinted).direct.method, "none");
  hinted.hints.environment["CUFILE_ENV"] = "1";
  EXPECT_EQ(attribute_io(hinted).direct.method, "config_hints_only");
  EXPECT_EQ(attribute_io(hinted).direct.confidence, "low");
  hinted.block_samples = {block(9, 0), block(21, 8)};
  hinted.process_samples = {processes(9, {counters(7, 0)}), processes(21, {counters(7, 8)})};
  const IoAttribution corroborated = attribute_io(hinted);
  EXPECT_EQ(corroborated.direct.method, "config_hints_plus_replay_io_corroboration");
  EXPECT_EQ(corroborated.direct.confidence, "medium");
  EXPECT_EQ(corroborated.direct.replay_phases, std::vector<std::string>{"replay"});
  hinted.file_samples = {{.taken = second(1),
                          .success = true,
                          .files = {{.pid = 7, .path = "/cache/a", .direct = true}}}};
  EXPECT_EQ(attribute_io(hinted).direct.confidence, "high");
  EXPECT_EQ(attribute_io(hinted).direct.method, "open_flags");
}

TEST(IoAttribution, HintsAreNamesOfVariablesAndLinesOfTheConfiguration) {
  const DirectIoHints hints = direct_io_hints(
      {{"DYN_KVBM_DISK_DISABLE_O_DIRECT", "0"}, {"CUFILE_LOGGING", "1"}, {"HOME", "/direct"}},
      "disk:\n  use_Direct_io: true\n  path: /cache");
  EXPECT_EQ(hints.environment,
            (std::map<std::string, std::string>{{"CUFILE_LOGGING", "1"},
                                                {"DYN_KVBM_DISK_DISABLE_O_DIRECT", "0"}}));
  EXPECT_EQ(hints.configuration, std::vector<std::string>{"  use_Direct_io: true"});
  EXPECT_FALSE(direct_io_hints({{"HOME", "/"}}, "").any());
}

}  // namespace
}  // namespace spillway::analysis
