// SPDX-License-Identifier: Apache-2.0
// The program from outside: what it prints, its statuses, what it leaves behind.
#include "tests/cli/program.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "record/run_json.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

const std::string kSessions = SPILLWAY_SOURCE_DIR "/scenarios/data/agentic";

class ProgramTest : public testing::Test {
 protected:
  ProgramTest() : root_(testing::TempDir() + "spillway-program-XXXXXX") {
    ::mkdtemp(root_.data());
    fs::create_directory(cache());
  }
  ~ProgramTest() override { fs::remove_all(root_); }

  std::string cache() const { return root_ + "/cache"; }
  std::string results() const { return root_ + "/run"; }
  std::string put(const std::string& name, const std::string& text) const {
    std::ofstream(root_ + "/" + name) << text;
    return root_ + "/" + name;
  }

  std::vector<std::string> bench(const std::string& trace,
                                 const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"bench",   "--trace",     trace,   "--run-dir",
                                    results(), "--cache-dir", cache(), "--storage-capacity-gb",
                                    "128MiB"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  void expect_refused(const std::vector<std::string>& arguments, const std::string& why) const {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.status, 2) << ended.err;
    EXPECT_NE(ended.err.find(why), std::string::npos) << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_FALSE(fs::exists(results()));
    if (fs::is_directory(cache())) EXPECT_TRUE(fs::is_empty(cache()));
  }

  std::string root_;
};

TEST_F(ProgramTest, TellsItsVersion) {
  const Ended ended = run({"--version"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(ended.out.substr(0, 9), "spillway ");
}

TEST_F(ProgramTest, HelpNamesOnlyWhatIsBuilt) {
  const Ended ended = run({"--help"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_NE(ended.out.find("\n  bench"), std::string::npos);
  EXPECT_NE(ended.out.find("\n  models"), std::string::npos);
  for (const char* const later : {"suite", "sweep", "drive", "serve", "hypotheses"}) {
    EXPECT_EQ(ended.out.find("\n  " + std::string(later)), std::string::npos) << later;
  }
}

TEST_F(ProgramTest, ModelsPlansTheActiveSet) {
  const Ended ended =
      run({"models", "llama3.1-70b-instruct", "--users", "40", "--context", "8192"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_NE(ended.out.find("327680"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("100 GiB"), std::string::npos) << ended.out;
  EXPECT_EQ(run({"models", "no-such-model"}).status, 2);
}

TEST_F(ProgramTest, AFaultyTraceIsNamedByLineAndNothingIsWritten) {
  const std::string good =
      R"({"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]})";
  expect_refused(bench(put("cut.jsonl", good + "\n" + good.substr(0, 40))), "cut.jsonl:2");
  expect_refused(bench(put("odd.jsonl", good + "\n{\"timestamp\": \"x\"}\n")), "odd.jsonl:2");
  expect_refused(bench(put("empty.jsonl", "")), "empty.jsonl");
  expect_refused(bench(root_ + "/missing.jsonl"), "missing.jsonl");
}

TEST_F(ProgramTest, RefusesNonsenseNamingTheFlag) {
  expect_refused(bench(kSessions, {"--cpu-mem-gb", "lots"}), "--cpu-mem-gb");
  expect_refused(bench(kSessions, {"--cpu-mem-gb", "100TB"}), "--cpu-mem-gb");
  expect_refused(bench(kSessions, {"--cpu-mem-gb", "unlimited"}), "--cpu-mem-gb");
  expect_refused(bench(kSessions, {"--duration", "-5"}), "--duration");
  expect_refused(bench(kSessions, {"--time-scale", "2"}), "--time-scale");
  expect_refused(bench(kSessions, {"--no-such-flag"}), "--no-such-flag");
  expect_refused({"bench"}, "--trace");
  const Ended both = run(bench(kSessions, {"--cpu-mem-gb", "lots", "--seed", "x"}));
  EXPECT_NE(both.err.find("--cpu-mem-gb"), std::string::npos);
  EXPECT_NE(both.err.find("--seed"), std::string::npos);
}

TEST_F(ProgramTest, RefusesACacheDirectoryThatIsNotForIt) {
  const std::string foreign = cache() + "/thesis.tex";
  std::ofstream(foreign) << "important";
  const Ended ended = run(bench(kSessions));
  EXPECT_EQ(ended.status, 2) << ended.err;
  EXPECT_TRUE(fs::exists(foreign));
  fs::remove_all(cache());
  EXPECT_EQ(run(bench(kSessions)).status, 2);  // missing
  std::ofstream(cache()) << "a file";
  EXPECT_EQ(run(bench(kSessions)).status, 2);
  EXPECT_FALSE(fs::exists(results()));
}

TEST_F(ProgramTest, RefusesAMemoryFileSystemUnlessTold) {
  std::string memory = "/dev/shm/spillway-program-XXXXXX";
  if (::mkdtemp(memory.data()) == nullptr) GTEST_SKIP() << "no /dev/shm to write to";
  std::vector<std::string> arguments =
      bench(kSessions, {"--max-requests", "2", "--length-scale", "0.02"});
  arguments[6] = memory;
  const Ended refused = run(arguments);
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("--buffered"), std::string::npos) << refused.err;
  arguments.emplace_back("--buffered");
  const Ended told = run(arguments);
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_FALSE(record::load_run(results()).decision_grade());
  EXPECT_TRUE(fs::is_empty(memory));
  fs::remove_all(memory);
}

TEST_F(ProgramTest, ARunLeavesItsRecordAndAnEmptyCacheDirectory) {
  const Ended ended =
      run(bench(kSessions, {"--max-requests", "20", "--length-scale", "0.02", "--cpu-mem-gb",
                            "16MiB", "--prefill-tokens-per-s", "1000000", "--verify", "all"}));
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::Run run = record::load_run(results());
  EXPECT_EQ(run.observed.requests.completed, 20U);
  EXPECT_GT(run.observed.verification.blocks, 0U);
  EXPECT_EQ(run.observed.verification.corrupted, 0U);
  EXPECT_TRUE(fs::exists(results() + "/requests.jsonl"));
  EXPECT_TRUE(fs::exists(results() + "/report.txt"));
  EXPECT_TRUE(fs::is_empty(cache()));
  EXPECT_NE(ended.out.find(results()), std::string::npos);
  EXPECT_EQ(cli::run(bench(kSessions)).status, 2) << "an existing run directory is kept";
}

std::vector<std::string> long_run() {
  return {"--length-scale", "0.02", "--prefill-tokens-per-s", "2000", "--cpu-mem-gb", "16MiB"};
}

TEST_F(ProgramTest, CtrlCEndsCleanlyAndKeepsTheRecord) {
  for (const int signal : {SIGINT, SIGTERM}) {
    Program program(bench(kSessions, long_run()));
    ASSERT_TRUE(program.wait_for("measuring"));
    program.signal(signal);
    const Ended ended = program.wait();
    EXPECT_EQ(ended.status, 130) << ended.err;
    const record::Run run = record::load_run(results());
    EXPECT_EQ(run.interrupted, record::Interruption::once);
    EXPECT_EQ(run.interrupted_by, signal == SIGINT ? "SIGINT" : "SIGTERM");
    EXPECT_FALSE(run.decision_grade());
    EXPECT_TRUE(fs::is_empty(cache()));
    fs::remove_all(results());
  }
}

TEST_F(ProgramTest, CtrlCTwiceEndsAtOnceAndStillKeepsTheRecord) {
  // A modelled device that takes a quarter of an hour a block: what is in flight will not end by
  // itself.
  std::vector<std::string> arguments = {"bench",      "--trace",
                                        kSessions,    "--run-dir",
                                        results(),    "--storage-layout",
                                        "modelled",   "--storage-capacity-gb",
                                        "unlimited",  "--storage-write-latency-us",
                                        "1000000000", "--length-scale",
                                        "0.02",       "--prefill-tokens-per-s",
                                        "0"};
  Program program(arguments);
  ASSERT_TRUE(program.wait_for("measuring"));
  program.signal(SIGINT);
  program.signal(SIGTERM);  // another one: two of a kind would be one while it is pending
  const auto before = std::chrono::steady_clock::now();
  const Ended ended = program.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  EXPECT_EQ(ended.status, 130) << ended.err;
  EXPECT_EQ(record::load_run(results()).interrupted, record::Interruption::forced);
}

}  // namespace
}  // namespace spillway::cli
