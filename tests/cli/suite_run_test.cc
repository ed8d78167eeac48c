// SPDX-License-Identifier: Apache-2.0
// The suite as the program runs it, in virtual time.
#include "cli/suite_run.h"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "record/run_json.h"
#include "tests/cli/program.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

class SuiteRunTest : public testing::Test {
 protected:
  SuiteRunTest() : root_(testing::TempDir() + "spillway-suite-XXXXXX") { ::mkdtemp(root_.data()); }
  ~SuiteRunTest() override { fs::remove_all(root_); }

  std::string path(const std::string& name) const { return root_ + "/suite/" + name; }

  std::vector<std::string> suite(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"suite",   "--quick",     "--clock",
                                    "virtual", "--suite-dir", root_ + "/suite"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  static std::string text_of(const std::string& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::string root_;
};

TEST_F(SuiteRunTest, AllWorkloadsRunAndAreCompared) {
  const Ended ended = run(suite({}));
  ASSERT_EQ(ended.status, 0) << ended.err;
  const text::JsonValue json = text::read_json(path("comparison.json"));
  ASSERT_EQ(json.at("runs").elements().size(), 13U);
  for (const text::JsonValue& one : json.at("runs").elements()) {
    const std::string name(one.at("workload").as_string());
    EXPECT_TRUE(one.at("missing").is_null()) << name;
    EXPECT_GT(one.at("figures").at("requests").as_double(), 0) << name;
    EXPECT_TRUE(fs::exists(path(name) + "/report.txt"));
  }
  for (const char* const file :
       {"results_tier_gpu_only.json", "results_stress_storage_saturation.json",
        "results_autoscaling_discovery.json", "mlperf_v3_stress_70b.json"}) {
    EXPECT_GT(text::read_json(path(file)).at("requests_completed").as_uint(), 0U) << file;
  }
  EXPECT_TRUE(fs::exists(path("results_tier_gpu_only.xlsx")));
  EXPECT_EQ(text_of(path("comparison.txt")) + "\nResults: " + root_ + "/suite\n", ended.out);
  EXPECT_NE(ended.out.find("MLPerf storage stress, 8B"), std::string::npos);
  EXPECT_NE(text_of(path("comparison.md")).find("| cpu-only |"), std::string::npos);
  EXPECT_NE(text_of(path("comparison.csv")).find("\ncpu-only,"), std::string::npos);
}

TEST_F(SuiteRunTest, GoesOnWhereItWasStopped) {
  ASSERT_EQ(run(suite({"-w", "cpu,storage"})).status, 0);
  fs::remove_all(path("storage-only"));
  const auto kept = fs::last_write_time(path("cpu-only/record.json"));
  const Ended again = run(suite({"-w", "cpu,storage"}));
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_NE(again.err.find("kept from before"), std::string::npos) << again.err;
  EXPECT_EQ(fs::last_write_time(path("cpu-only/record.json")), kept);
  EXPECT_TRUE(fs::exists(path("storage-only/record.json")));
}

TEST_F(SuiteRunTest, ARunThatWasInterruptedIsMadeAgainAndItsResultsStay) {
  ASSERT_EQ(run(suite({"-w", "cpu"})).status, 0);
  record::Run cut = record::load_run(path("cpu-only"));
  cut.interrupted = record::Interruption::once;
  cut.interrupted_by = "SIGINT";
  std::ofstream(path("cpu-only/record.json")) << record::to_json(cut);
  ASSERT_EQ(run(suite({"-w", "cpu"})).status, 0);
  EXPECT_EQ(record::load_run(path("cpu-only")).interrupted, record::Interruption::none);
  EXPECT_EQ(record::load_run(path("cpu-only.interrupted-1")).interrupted,
            record::Interruption::once);
}

TEST_F(SuiteRunTest, ASuiteOfAnotherPlanIsNotMixedIn) {
  ASSERT_EQ(run(suite({"-w", "cpu"})).status, 0);
  const Ended other = run(suite({"-w", "cpu", "-u", "3"}));
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("--suite-dir"), std::string::npos) << other.err;
  fs::create_directory(root_ + "/full");
  std::ofstream(root_ + "/full/notes") << "mine";
  std::vector<std::string> foreign = suite({"-w", "cpu"});
  foreign[5] = root_ + "/full";
  EXPECT_EQ(run(foreign).status, 2);
  EXPECT_EQ(text_of(root_ + "/full/notes"), "mine");
}

TEST_F(SuiteRunTest, ARunThatFailsIsNamedAndTheOthersRun) {
  const Ended ended = run(suite({"-w", "cpu", "-m", "no-such-model"}));
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.out.find("no-such-model"), std::string::npos) << ended.out;
  const text::JsonValue json = text::read_json(path("comparison.json"));
  EXPECT_NE(json.at("runs").elements().at(0).at("missing").as_string().find("failed"),
            std::string::npos);
}

TEST_F(SuiteRunTest, CtrlCKeepsWhatWasMeasuredAndTheSuiteEnds) {
  fs::create_directory(root_ + "/cache");
  Program program({"suite", "--quick", "--suite-dir", root_ + "/suite", "-w", "storage,saturation",
                   "--cache-dir", root_ + "/cache", "-t", "100"});
  ASSERT_TRUE(program.wait_for("measuring"));
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 130) << ended.err;
  EXPECT_EQ(record::load_run(path("storage-only")).interrupted, record::Interruption::once);
  EXPECT_FALSE(fs::exists(path("storage-saturation")));
  EXPECT_TRUE(fs::exists(path("comparison.txt")));
}

TEST_F(SuiteRunTest, EveryFlagChangesWhatRuns) {
  struct Effect {
    std::vector<std::string> flag;
    std::string setting;
    std::string value;
  };
  const std::vector<Effect> effects = {
      {{"-w", "cpu", "-m", "tiny-1b"}, "model", "tiny-1b"},
      {{"-w", "cpu", "-t", "3"}, "duration", "3"},
      {{"-w", "saturation", "-s", "4"}, "duration", "4"},
      {{"-w", "production", "-r", "5"}, "duration", "5"},
      {{"-w", "autoscale", "-a", "6"}, "duration", "6"},
      {{"-w", "cpu", "-u", "7"}, "num-users", "7"},
      {{"-w", "cpu-storage", "-U", "30"}, "num-users", "30"},
      {{"-w", "cpu", "-R"}, "rag-num-docs", "10"},
      {{"-w", "cpu", "-R", "-D", "2"}, "rag-num-docs", "2"},
      {{"-w", "cpu", "--storage-capacity-gb", "3"}, "storage-capacity-gb", "3"},
  };
  for (const Effect& effect : effects) {
    const Ended ended = run(suite(effect.flag));
    EXPECT_EQ(ended.status, 0) << ended.err;
    const text::JsonValue json = text::read_json(path("comparison.json"));
    const std::string name(json.at("runs").elements().at(0).at("workload").as_string());
    const record::Run run = record::load_run(path(name));
    const record::Setting* const setting = record::find_setting(run, effect.setting);
    ASSERT_NE(setting, nullptr);
    EXPECT_EQ(record::value_text(setting->value), effect.value) << effect.setting;
    fs::remove_all(root_ + "/suite");
  }
}

TEST_F(SuiteRunTest, WithoutACardItsRunsCanBeSkipped) {
  const Ended ended = run(suite({"-w", "gpu,cpu", "--no-modelled-gpu"}));
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.out.find("it needs a graphics card"), std::string::npos) << ended.out;
  EXPECT_FALSE(fs::exists(path("gpu-only")));
}

TEST_F(SuiteRunTest, HelpNamesTheWorkloadsAndTheirSpellings) {
  const Ended ended = run({"suite", "--help"});
  EXPECT_EQ(ended.status, 0);
  EXPECT_NE(ended.out.find("three-tier"), std::string::npos);
  const Ended wrong = run(suite({"-w", "nvme"}));
  EXPECT_EQ(wrong.status, 2);
  EXPECT_NE(wrong.err.find("storage-saturation"), std::string::npos) << wrong.err;
}

}  // namespace
}  // namespace spillway::cli
