// SPDX-License-Identifier: Apache-2.0
// `spillway watch` as a program, around real commands on a real disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/cli/program.h"
#include "tests/tier/temporary_directory.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

using testing::HasSubstr;
using text::JsonValue;

class WatchProgramTest : public testing::Test {
 protected:
  std::string run_dir() const { return directory_ / "run"; }
  Ended watch(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "watch");
    return Program(arguments).wait();
  }
  Ended around(const std::string& script) const {
    return watch({"--run-dir", run_dir(), "--", "sh", "-c", script});
  }
  JsonValue result() const { return text::read_json(run_dir() + "/watch.json"); }

  tier::TemporaryDirectory directory_;  // on a disk
};

// 8 MiB past the page cache: the kernel counts them for the process, and the device moved them.
TEST_F(WatchProgramTest, ACommandsBytesAreCounted) {
  const Ended ended = around("dd if=/dev/zero of=" + directory_ / "file" +
                             " bs=1M count=8 oflag=direct && echo done");
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("done")) << "its streams are ours";
  const JsonValue json = result();
  EXPECT_EQ(json.at("ending").as_string(), "status 0");
  const std::uint64_t written = json.at("command_io").at("write_bytes").as_uint();
  EXPECT_GE(written, 8U << 20U);
  EXPECT_LT(written, 10U << 20U);
  const JsonValue& delta = json.at("windows").elements()[0].at("io_delta");
  if (!json.at("block_device").as_string().empty()) {
    EXPECT_GE(delta.at("write_bytes_delta").as_uint(), 8U << 20U);
  }
  EXPECT_TRUE(std::filesystem::exists(run_dir() + "/watch.md"));
}

TEST_F(WatchProgramTest, TheStatusIsTheCommands) {
  EXPECT_EQ(around("exit 7").status, 7);
  std::filesystem::remove_all(run_dir());
  EXPECT_EQ(around("kill -9 $$").status, 128 + SIGKILL);
  EXPECT_EQ(result().at("ending").as_string(), "signal 9");
  std::filesystem::remove_all(run_dir());
  EXPECT_EQ(watch({"--run-dir", run_dir(), "--", "no-such-program"}).status, 127);
  EXPECT_THAT(result().at("ending").as_string(), HasSubstr("no-such-program"));
}

TEST_F(WatchProgramTest, ATerminationReachesTheCommandAndTheResultsAreKept) {
  Program program(
      {"watch", "--run-dir", run_dir(), "--", "sh", "-c", "echo ready; exec sleep 100"});
  ASSERT_TRUE(program.wait_for_output("ready"));
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().status, 128 + SIGTERM);
  EXPECT_EQ(result().at("ending").as_string(), "signal 15");
}

TEST_F(WatchProgramTest, ACollectorIsStartedAskedAndStopped) {
  ASSERT_EQ(watch({"start", "--run-dir", run_dir(), "--io-attrib"}).status, 0);
  const Ended again = watch({"start", "--run-dir", run_dir()});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("it exists"));
  EXPECT_EQ(watch({"snapshot", "--run-dir", run_dir(), "--label", "populate"}).status, 0);
  EXPECT_EQ(result().at("windows").elements().size(), 1U) << "what there is, is on disk";
  EXPECT_EQ(watch({"stop", "--run-dir", run_dir()}).status, 0);
  const JsonValue json = result();
  ASSERT_EQ(json.at("windows").elements().size(), 2U);
  EXPECT_EQ(json.at("windows").elements()[0].at("label").as_string(), "populate");
  EXPECT_EQ(json.at("ending").as_string(), "stopped");
  EXPECT_TRUE(std::filesystem::exists(run_dir() + "/io/block_stat_timeline.csv"));
  EXPECT_FALSE(std::filesystem::exists(run_dir() + "/watch.sock"));
  const Ended gone = watch({"stop", "--run-dir", run_dir()});
  EXPECT_EQ(gone.status, 1);
  EXPECT_THAT(gone.err, HasSubstr("none runs there"));
}

TEST_F(WatchProgramTest, BadInputIsNamed) {
  EXPECT_EQ(watch({}).status, 2);
  EXPECT_EQ(watch({"start"}).status, 2);
  EXPECT_EQ(watch({"stop", "--run-dir", run_dir(), "--io-attrib"}).status, 2);
  EXPECT_EQ(watch({"--run-dir", run_dir(), "--io-attrib-top-procs", "3", "--", "true"}).status, 2);
  EXPECT_FALSE(std::filesystem::exists(run_dir()));
}

}  // namespace
}  // namespace spillway::cli
