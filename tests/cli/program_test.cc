// SPDX-License-Identifier: Apache-2.0
// The program from outside: what it prints, its statuses, what it leaves behind.
#include "tests/cli/program.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "record/run_json.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

// The promise is one second; sanitizers and a busy machine take theirs.
constexpr std::chrono::seconds kAtOnce(2);

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
  EXPECT_NE(ended.out.find("\n  suite"), std::string::npos);
  EXPECT_NE(ended.out.find("\n  models"), std::string::npos);
  EXPECT_NE(ended.out.find("\n  check-submission"), std::string::npos);
  EXPECT_NE(ended.out.find("\n  drive"), std::string::npos);
  for (const char* const later : {"sweep", "pairs", "hypotheses"}) {
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

TEST_F(ProgramTest, ModelsSpeaksJson) {
  const Ended ended = run({"models", "--json", "--users", "40", "--context", "8192"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const text::JsonValue document = text::parse_json(ended.out, "stdout");
  EXPECT_EQ(document.elements().size(), 9U);
  for (const text::JsonValue& model : document.elements()) {
    EXPECT_GT(model.at("bytes_per_token").as_positive(), 0U);
    EXPECT_EQ(model.at("bytes_of_8192_tokens").as_uint(),
              model.at("bytes_per_token").as_uint() * 8192);
    EXPECT_GE(model.at("active_set_bytes").as_uint(), model.at("bytes_of_8192_tokens").as_uint());
    EXPECT_FALSE(model.at("source").as_string().empty());
    if (model.at("model").as_string() != "llama3.1-70b-instruct") continue;
    EXPECT_EQ(model.at("peak_in_flight_bytes").as_uint(), 100ULL << 30U);
  }
}

TEST_F(ProgramTest, ModelsReadsAConfig) {
  const std::string config = put("config.json", R"({"model_type": "llama", "hidden_size": 4096,
      "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
      "torch_dtype": "bfloat16"})");
  const Ended ended = run({"models", "--config", config});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.out.find("131072"), std::string::npos) << ended.out;
  const Ended faulty = run({"models", "--config", put("cut.json", "{\"model_type\": ")});
  EXPECT_EQ(faulty.status, 2);
  EXPECT_NE(faulty.err.find("cut.json"), std::string::npos) << faulty.err;
}

TEST_F(ProgramTest, AFaultyTraceIsNamedByLineAndNothingIsWritten) {
  const std::string good =
      R"({"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]})";
  expect_refused(bench(put("cut.jsonl", good + "\n" + good.substr(0, 40))), "cut.jsonl:2");
  expect_refused(bench(put("odd.jsonl", good + "\n{\"timestamp\": \"x\"}\n")), "odd.jsonl:2");
  expect_refused(bench(put("empty.jsonl", "")), "empty.jsonl");
  std::ifstream whole(SPILLWAY_SOURCE_DIR "/tests/data/kv-cache-tester/trace_0165.json");
  std::stringstream text;
  text << whole.rdbuf();
  expect_refused(bench(put("cut.json", text.str().substr(0, text.str().size() / 2))), "cut.json:");
  expect_refused(bench(root_ + "/missing.jsonl"), "missing.jsonl");
}

TEST_F(ProgramTest, RefusesNonsenseNamingTheFlag) {
  expect_refused(bench(kSessions, {"--cpu-mem-gb", "lots"}), "--cpu-mem-gb");
  expect_refused(bench(kSessions, {"--cpu-mem-gb", "100TB"}), "--cpu-mem-gb");
  expect_refused(bench(kSessions, {"--cpu-mem-gb", "unlimited"}), "--cpu-mem-gb");
  expect_refused(bench(kSessions, {"--duration", "-5"}), "--duration");
  expect_refused(bench(kSessions, {"--time-scale", "2"}), "--time-scale");
  expect_refused(bench(kSessions, {"--no-such-flag"}), "--no-such-flag");
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
  expect_refused(bench(kSessions), cache());  // missing
  std::ofstream(cache()) << "a file";
  expect_refused(bench(kSessions), cache());
  EXPECT_EQ(fs::file_size(cache()), 6U);
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

// The second signal is another one, since two of a kind would be one while the first is pending.
void end_by_force(const Program& program) {
  program.signal(SIGINT);
  program.signal(SIGTERM);
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
  end_by_force(program);
  const auto before = std::chrono::steady_clock::now();
  const Ended ended = program.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - before, kAtOnce);
  EXPECT_EQ(ended.status, 130) << ended.err;
  EXPECT_EQ(record::load_run(results()).interrupted, record::Interruption::forced);
}

TEST_F(ProgramTest, CtrlCTwiceEndsAtOnceWithRealInputAndOutputInFlight) {
  for (const char* const layout : {"slab", "files"}) {
    Program program(bench(kSessions, {"--length-scale", "0.1", "--num-users", "8", "--concurrency",
                                      "8", "--prefill-tokens-per-s", "50000", "--storage-layout",
                                      layout, "--warm-up", "0.5"}));
    ASSERT_TRUE(program.wait_for("measuring"));
    end_by_force(program);
    const auto before = std::chrono::steady_clock::now();
    const Ended ended = program.wait();
    EXPECT_LT(std::chrono::steady_clock::now() - before, kAtOnce) << layout;
    EXPECT_EQ(ended.status, 130) << ended.err;
    const record::Run run = record::load_run(results());
    EXPECT_EQ(run.interrupted, record::Interruption::forced);
    EXPECT_GE(run.window.start_ns, 500'000'000) << "the warm-up is not in the window";
    EXPECT_LT(run.window.start_ns, 1'500'000'000);
    EXPECT_GT(run.window.seconds(), 0);
    EXPECT_FALSE(run.decision_grade());
    const bool said_so = ended.err.find("still holds cached blocks") != std::string::npos;
    EXPECT_NE(fs::is_empty(cache()), said_so) << layout;  // many files take longer than there is
    fs::remove_all(results());
  }
}

// The memory tier is being laid out, for which it takes a moment.
TEST_F(ProgramTest, CtrlCTwiceDuringTheSetUpLeavesNothing) {
  Program program(bench(kSessions, {"--cpu-mem-gb", "1"}));
  ASSERT_TRUE(program.wait_for("Plan "));
  end_by_force(program);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 130) << ended.err;
  EXPECT_TRUE(fs::is_empty(cache()));
  for (const fs::directory_entry& one : fs::directory_iterator(root_)) {
    EXPECT_EQ(one.path().string().find(".partial"), std::string::npos) << one.path();
  }
}

TEST_F(ProgramTest, WithoutACacheDirectoryAPrivateOneIsUsedAndRemoved) {
  ::setenv("TMPDIR", cache().c_str(), 1);
  std::vector<std::string> arguments =
      bench(kSessions, {"--max-requests", "2", "--length-scale", "0.02"});
  arguments.erase(arguments.begin() + 5, arguments.begin() + 7);
  const Ended ended = run(arguments);
  ::unsetenv("TMPDIR");
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_TRUE(fs::is_empty(cache()));
}

// A file system of 8 MiB that nobody else sees and that goes with the process.
TEST_F(ProgramTest, AFullDiskIsCountedAndTheRunGoesOn) {
  const std::string mount = "mount -t tmpfs -o size=8m none " + cache();
  if (Program("unshare", {"-rm", "sh", "-c", mount}).wait().status != 0) {
    GTEST_SKIP() << "no namespace of one's own to mount a small file system in";
  }
  const Ended ended =
      Program("unshare",
              {"-rm", "sh", "-c",
               mount + " && exec " SPILLWAY_PROGRAM " bench --trace " + kSessions +
                   " --max-requests 10 --length-scale 0.02 --buffered --storage-layout files"
                   " --storage-capacity-gb unlimited --prefill-tokens-per-s 0 --cache-dir " +
                   cache() + " --run-dir " + results()})
          .wait();
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::Run run = record::load_run(results());
  EXPECT_EQ(run.observed.requests.offered, 10U);
  EXPECT_GT(run.observed.requests.completed, 0U);
  EXPECT_TRUE(run.observed.errors.contains("storage.write.no_space"));
  const stats::Traffic& written = run.observed.tier(TierId::storage).write;
  EXPECT_GT(written.failed(), 0U);
  EXPECT_LE(run.observed.tier(TierId::storage).peak_bytes, 8U << 20U);
}

// A variable that the program is started with.
class Variable {
 public:
  Variable(const char* name, const char* text) : name_(name) { ::setenv(name, text, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

std::vector<std::string> virtual_run(const std::string& run_dir) {
  return {"bench", "--trace", kSessions, "--clock", "virtual", "--run-dir", run_dir};
}

TEST_F(ProgramTest, SettingsComeFromFileVariableAndLineAndTheRecordSaysSo) {
  const std::string config = put("bench.yaml",
                                 "bench: {model: mine, max-requests: 3, seed: 1, num-users: 2}\n"
                                 "model_configs: {mine: {num_layers: 16}}\n");
  const Variable seed("SPILLWAY_SEED", "2");
  const Variable users("SPILLWAY_NUM_USERS", "3");
  std::vector<std::string> arguments = virtual_run(results());
  arguments.insert(arguments.end(), {"--config", config, "--num-users", "4"});
  const Ended ended = run(arguments);
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::Run run = record::load_run(results());
  const auto expect = [&](std::string_view name, const record::Value& value,
                          record::Origin origin) {
    const record::Setting* const setting = record::find_setting(run, name);
    ASSERT_NE(setting, nullptr) << name;
    EXPECT_EQ(setting->value, value) << name;
    EXPECT_EQ(setting->origin, origin) << name;
  };
  expect("model", "mine", record::Origin::file);
  expect("max-requests", std::int64_t{3}, record::Origin::file);
  expect("seed", std::int64_t{2}, record::Origin::environment);
  expect("num-users", std::int64_t{4}, record::Origin::command_line);
  expect("shards", std::int64_t{1}, record::Origin::default_);
}

TEST_F(ProgramTest, APresetSetsWhatIsNotGiven) {
  std::vector<std::string> arguments = virtual_run(results());
  arguments.insert(arguments.end(), {"--preset", "validate-gpu", "--duration", "1"});
  const Ended ended = run(arguments);
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("vllm serve"), std::string::npos) << ended.err;
  const record::Run run = record::load_run(results());
  EXPECT_EQ(record::find_setting(run, "num-users")->origin, record::Origin::preset);
  EXPECT_EQ(record::find_setting(run, "duration")->origin, record::Origin::command_line);
}

// A pasted command of the MLPerf benchmark, made short.
TEST_F(ProgramTest, WritesTheResultFileOfTheMlperfBenchmark) {
  const std::string output = root_ + "/results.json";
  const std::vector<std::string> command = {
      "bench",     "--model",      "llama3.1-8b", "--num-users",  "5",      "--duration",
      "5",         "--gpu-mem-gb", "0",           "--cpu-mem-gb", "0.5",    "--generation-mode",
      "realistic", "--seed",       "42",          "--cache-dir",  cache(),  "--output",
      output,      "--clock",      "virtual",     "--run-dir",    results()};
  const Ended ended = run(command);
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.err.find("mlperf"), std::string::npos) << "the first line says which rules hold";
  const text::JsonValue json = text::read_json(output);
  const std::uint64_t completed = json.at("requests_completed").as_uint();
  EXPECT_GT(completed, 0U);
  EXPECT_EQ(json.at("end_to_end_latencies").elements().size(), completed);
  EXPECT_TRUE(fs::exists(results() + "/mlperf_results.json"));
  fs::remove_all(results());

  std::vector<std::string> old = command;
  old.insert(old.end(), {"--output-dialect", "2025", "--no-latency-lists", "--performance-profile",
                         "throughput", "--fail-on-assessment"});
  EXPECT_EQ(run(old).status, 0) << "any bandwidth is enough";
  const text::JsonValue again = text::read_json(output);
  EXPECT_NE(again.at("summary").find("total_tokens_per_sec"), nullptr);
  EXPECT_EQ(again.find("end_to_end_latencies"), nullptr);
  EXPECT_EQ(again.at("summary").at("cache_stats").at("storage_health").at("total_count").as_uint(),
            2U);
  fs::remove_all(results());

  std::vector<std::string> slow = command;
  slow.insert(slow.end(), {"--storage-write-latency-us", "9e5", "--fail-on-assessment"});
  EXPECT_EQ(run(slow).status, 3);
  fs::remove_all(results());

  std::vector<std::string> sheet = command;
  sheet.insert(sheet.end(), {"--xlsx-output", root_ + "/results.xlsx"});
  EXPECT_EQ(run(sheet).status, 0);
  EXPECT_TRUE(fs::exists(root_ + "/results.xlsx"));
  fs::remove_all(results());
  sheet.back() = root_ + "/results.xls";
  EXPECT_EQ(run(sheet).status, 2) << "a kind of file that we do not write";
  EXPECT_FALSE(fs::exists(results())) << "found before the run";

  std::vector<std::string> nowhere = command;
  *std::ranges::find(nowhere, output) = root_ + "/none/results.json";
  const Ended refused = run(nowhere);
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("none/results.json"), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(results())) << "found before the run";
}

TEST_F(ProgramTest, WritesThePlanAndRunsNothing) {
  const Ended ended = run({"bench", "--num-users", "3", "--max-requests", "7", "--plan-only"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(std::ranges::count(ended.out, '\n'), 7);
  const std::string list = put("plan.jsonl", ended.out);
  const Ended again = run({"bench", "--requests", list, "--clock", "virtual", "--gpu-mem-gb", "0",
                           "--cpu-mem-gb", "0", "--run-dir", results()});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(record::load_run(results()).observed.requests.completed, 7U);
}

TEST_F(ProgramTest, RefusesWhatAFileAVariableOrAPresetHasWrong) {
  const std::string config = put("bench.yaml", "rag:\n  top_k: 3\n");
  const Variable mistyped("SPILLWAY_SEEDS", "2");
  std::vector<std::string> arguments = bench(kSessions, {"--config", config, "--preset", "mine"});
  expect_refused(arguments, "bench.yaml:");
  expect_refused(arguments, "SPILLWAY_SEED\n");
  expect_refused(arguments, "--preset: expected one of mlperf-2025-8b");
}

TEST_F(ProgramTest, ASubmissionIsCheckedFromRecords) {
  std::vector<std::string> arguments = virtual_run(results());
  arguments.insert(arguments.end(), {"--max-requests", "3"});
  ASSERT_EQ(run(arguments).status, 0);
  const Ended ended = run({"check-submission", results(), results() + "/record.json"});
  EXPECT_EQ(ended.status, 3) << ended.err;
  EXPECT_NE(ended.out.find("found 2"), std::string::npos) << "both are trials of one set-up";
  EXPECT_NE(ended.out.find("nothing was measured"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("A rule fails"), std::string::npos) << ended.out;
  const Ended missing = run({"check-submission", root_ + "/none"});
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("none"), std::string::npos) << missing.err;
  EXPECT_EQ(run({"check-submission"}).status, 2);
}

TEST_F(ProgramTest, TrialsAreRunsOfTheirOwnAndJudgedTogether) {
  std::vector<std::string> arguments = virtual_run(results());
  arguments.insert(arguments.end(), {"--trials", "3", "--output", root_ + "/F.json",
                                     "--xlsx-output", root_ + "/F.csv"});
  const Ended ended = run(arguments);
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_NE(ended.out.find("3 trials"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("takes 6 trials"), std::string::npos) << ended.out;
  const record::Run last = record::load_run(results() + "/trial-3");
  EXPECT_EQ(record::load_run(results() + "/trial-1").plan.hash, last.plan.hash);
  EXPECT_TRUE(fs::exists(root_ + "/F-trial-2.json"));
  EXPECT_TRUE(fs::exists(root_ + "/F-trial-2.csv"));
  const text::JsonValue json = text::read_json(results() + "/trials.json");
  const text::JsonValue& requests = json.at("figures").elements().at(0);
  EXPECT_EQ(requests.at("median").as_double(),
            static_cast<double>(last.observed.requests.completed));
  EXPECT_EQ(requests.at("variation").as_double(), 0) << "virtual runs are equal";
  EXPECT_EQ(run(arguments).status, 2) << "results are never overwritten";
}

TEST_F(ProgramTest, RunsAreHeldAgainstAnotherBenchmark) {
  std::vector<std::string> arguments = virtual_run(results());
  arguments.insert(arguments.end(), {"--max-requests", "3"});
  ASSERT_EQ(run(arguments).status, 0);
  const Ended same = run({"validate", results(), results() + "/record.json", "--against", results(),
                          "--against", results()});
  EXPECT_EQ(same.status, 0) << same.err;
  EXPECT_NE(same.out.find("agree within 5 %"), std::string::npos) << same.out;
  const std::string peer = SPILLWAY_SOURCE_DIR "/tests/data/peers/vllm_serve.json";
  const Ended other = run({"validate", results(), "--against", peer, "--tolerance", "1", "--json"});
  EXPECT_EQ(other.status, 3) << other.err;
  const text::JsonValue json = text::parse_json(other.out, "validate");
  EXPECT_FALSE(json.at("agrees").as_bool());
  EXPECT_EQ(json.at("tolerance").as_double(), 0.01);
  EXPECT_EQ(json.at("theirs").elements().front().at("format").as_string(), "vllm bench serve");
}

TEST_F(ProgramTest, BadInputOfAComparisonIsNamed) {
  const std::string unknown = put("unknown.json", R"({"tokens": 3})");
  const auto fault = [&](const std::vector<std::string>& arguments) {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.status, 2) << ended.out;
    return ended.err;
  };
  EXPECT_NE(fault({"validate", root_ + "/none", "--against", unknown}).find("none"),
            std::string::npos);
  EXPECT_NE(fault({"validate", unknown, "--against", unknown}).find("unknown.json"),
            std::string::npos);
  EXPECT_NE(
      fault({"validate", unknown, "--against", unknown, "--tolerance", "0"}).find("--tolerance"),
      std::string::npos);
  EXPECT_NE(fault({"validate", unknown}).find("--against"), std::string::npos);
}

TEST_F(ProgramTest, TheHelpOfBenchListsThePresets) {
  const Ended ended = run({"bench", "--help"});
  EXPECT_EQ(ended.status, 0);
  for (const char* const name : {"mlperf-2026-stress-70b", "three-tier", "validate-offload"}) {
    EXPECT_NE(ended.out.find("\n  " + std::string(name)), std::string::npos) << name;
  }
}

// Paths in record.json that may differ between two virtual runs: the table in docs/formats.md.
bool may_differ(const std::string& path) {
  constexpr std::array<std::string_view, 12> kPlaces = {"created",
                                                        "settings.run-dir.",
                                                        "settings.config.",
                                                        "settings.cache-dir.",
                                                        "settings.trace.",
                                                        "plan.workload",
                                                        "environment.",
                                                        "engine.cpu_seconds",
                                                        "engine.wall_seconds",
                                                        "engine.peak_memory_bytes",
                                                        "engine.loop_turn_us.",
                                                        "histograms.engine/loop_turn."};
  return std::ranges::any_of(kPlaces,
                             [&](std::string_view place) { return path.starts_with(place); });
}

// Every value of a document by its path, in the order of the document, one a line.
void flatten(const text::JsonValue& value, const std::string& path, std::string& lines) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.members()) {
      flatten(member, path.empty() ? key : fmt::format("{}.{}", path, key), lines);
    }
  } else if (value.is_array()) {
    for (const text::JsonValue& element : value.elements()) flatten(element, path + ".", lines);
  } else if (!may_differ(path)) {
    lines += path + " = " + value.excerpt() + "\n";
  }
}

TEST_F(ProgramTest, TwoVirtualRunsDifferOnlyWhereTheFormatSaysSo) {
  std::vector<std::string> records;
  std::vector<std::string> rows;
  for (const char* const name : {"one", "two"}) {
    const std::string path = root_ + "/" + name;
    const Ended ended = run({"bench", "--trace", kSessions, "--clock", "virtual", "--gpu-mem-gb",
                             "2", "--cpu-mem-gb", "8", "--storage-capacity-gb", "64", "--num-users",
                             "4", "--concurrency", "3", "--promote", "on", "--run-dir", path});
    ASSERT_EQ(ended.status, 0) << ended.err;
    flatten(text::read_json(path + "/record.json"), "", records.emplace_back());
    std::ifstream file(path + "/requests.jsonl");
    rows.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  EXPECT_EQ(records[0], records[1]);
  EXPECT_EQ(rows[0], rows[1]);
  EXPECT_NE(records[0].find("\nlatency_ms.ttft.p99 = "), std::string::npos);
}

}  // namespace
}  // namespace spillway::cli
