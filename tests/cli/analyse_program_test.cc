// SPDX-License-Identifier: Apache-2.0
// `spillway analyse` from outside: its statuses, its line, the file that it leaves.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/cli/program.h"
#include "tests/text/temporary_directory.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

const std::string kCases = SPILLWAY_SOURCE_DIR "/tests/data/conformance/";

class AnalyseProgramTest : public testing::Test {
 protected:
  // A copy of a recorded run, as the program writes into it.
  std::string copy_of(const std::string& name) const {
    const std::string run = directory_.file(name);
    fs::copy(kCases + name + "/input/run", run, fs::copy_options::recursive);
    return run;
  }

  TemporaryDirectory directory_;
};

TEST_F(AnalyseProgramTest, AReplayThatTheDiskServedPasses) {
  const std::string recorded = copy_of("case-004");
  const Ended ended = run({"analyse", "io-attribution", "--run-dir", recorded});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(ended.out.starts_with("PASS ")) << ended.out;
  const text::JsonValue verdict = text::read_json(recorded + "/io/io_attrib_verdict.json");
  EXPECT_TRUE(verdict.at("pass").as_bool());
  EXPECT_EQ(verdict.at("replay_read_bytes_block").as_int(), 5242880);
}

TEST_F(AnalyseProgramTest, AReplayWithoutReadsFailsWithStatusTwo) {
  const Ended ended = run({"analyze", "io-attribution", "--run-dir", copy_of("case-005")});
  EXPECT_EQ(ended.status, 2) << ended.err;
  EXPECT_TRUE(ended.out.starts_with("FAIL ")) << ended.out;
}

TEST_F(AnalyseProgramTest, AReportThatIsExpectedHasToBeThere) {
  const std::string bare = directory_.file("bare");
  fs::create_directory(bare);
  EXPECT_EQ(run({"analyse", "io-attribution", "--run-dir", bare}).status, 0);
  EXPECT_TRUE(fs::exists(bare + "/io/io_attrib_verdict.json"));
  EXPECT_EQ(run({"analyse", "io-attribution", "--run-dir", bare, "--expect-report"}).status, 2);
}

TEST_F(AnalyseProgramTest, ADirectoryThatIsNotThereIsRefused) {
  const Ended ended = run({"analyse", "io-attribution", "--run-dir", directory_.file("none")});
  EXPECT_EQ(ended.status, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_NE(ended.err.find("--run-dir"), std::string::npos) << ended.err;
  EXPECT_EQ(run({"analyse"}).status, 2) << "an analysis is named";
  EXPECT_EQ(run({"analyse", "io-attribution"}).status, 2);
}

}  // namespace
}  // namespace spillway::cli
