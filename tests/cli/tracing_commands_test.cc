// SPDX-License-Identifier: Apache-2.0
// Tracing, preconditioning and what is said meanwhile, by the program from outside.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "record/io_trace_reader.h"
#include "record/run_json.h"
#include "tests/cli/program.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

const std::string kValidation = SPILLWAY_SOURCE_DIR "/tests/data/validation/requests.json";

class TracingCommandsTest : public testing::Test {
 protected:
  TracingCommandsTest() : root_(testing::TempDir() + "spillway-tracing-XXXXXX") {
    ::mkdtemp(root_.data());
    fs::create_directory(file("cache"));
  }
  ~TracingCommandsTest() override { fs::remove_all(root_); }

  std::string file(const std::string& name) const { return root_ + "/" + name; }
  std::string content(const std::string& name) const {
    std::ifstream stream(file(name));
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // Four users of a small model on storage alone.
  Arguments bench(const Arguments& more, const std::string& seconds = "1") const {
    Arguments all = {
        "bench",  "--model",      "tiny-1b",     "--num-users", "4",        "--gpu-mem-gb",
        "0",      "--cpu-mem-gb", "0",           "--duration",  seconds,    "--storage-capacity-gb",
        "256MiB", "--cache-dir",  file("cache"), "--run-dir",   file("run")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  record::Run record_of() const { return record::load_run(file("run")); }
  bool cache_is_empty() const { return fs::is_empty(file("cache")); }

  std::string root_;
};

TEST_F(TracingCommandsTest, AnIoTraceAloneSimulatesAndSaysSoFirst) {
  const Ended ended = run(bench({"--io-trace-log", file("new/trace.csv")}, "10"));
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_EQ(ended.err.find("I/O trace without I/O"), 0U) << ended.err;
  const record::Run record = record_of();
  EXPECT_EQ(record.window.clock, record::ClockKind::virtual_);
  const std::vector<record::IoTraceRow> rows = record::read_io_trace(file("new/trace.csv"));
  ASSERT_TRUE(record.io_trace.has_value());
  EXPECT_EQ(record.io_trace->rows, rows.size());
  EXPECT_EQ(record.io_trace->path, file("new/trace.csv"));
  ASSERT_FALSE(rows.empty());
  EXPECT_LT(rows.front().time, std::chrono::seconds(10)) << "since the start";
}

// Deletions are the only rows that the other columns' layout has more.
TEST_F(TracingCommandsTest, TheExtraLayoutHasTheSameRowsAndMore) {
  const Arguments small = {"--clock", "virtual"};
  const auto trace = [&](const Arguments& more) {
    Arguments all = small;
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_EQ(run(bench(all, "60")).status, 0);
    fs::remove_all(file("run"));
  };
  trace({"--io-trace-log", file("narrow.csv")});
  trace({"--io-trace-log", file("wide.csv.zst"), "--io-trace-extra"});
  std::vector<record::IoTraceRow> kept;
  std::size_t removals = 0;
  for (record::IoTraceRow row : record::read_io_trace(file("wide.csv.zst"))) {
    EXPECT_TRUE(row.request.has_value());
    EXPECT_TRUE(row.conversation.has_value());
    row.request.reset();
    row.conversation.reset();
    if (row.operation == record::IoOperation::remove) {
      ++removals;
    } else {
      kept.push_back(row);
    }
  }
  EXPECT_EQ(record::read_io_trace(file("narrow.csv")), kept) << "in virtual time, twice the same";
  EXPECT_GT(removals, 0U);
}

// The rows hold what the tiers counted: all of a run without a warm-up.
TEST_F(TracingCommandsTest, ARealRunsTraceHoldsEveryByteThatMoved) {
  const Ended ended =
      run(bench({"--clock", "real", "--io-trace-log", file("trace.csv"), "--generation-mode",
                 "none", "--max-requests", "40", "--think-scale", "0"},
                "60"));
  ASSERT_EQ(ended.status, 0) << ended.err;
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  for (const record::IoTraceRow& row : record::read_io_trace(file("trace.csv"))) {
    EXPECT_EQ(row.tier, TierId::storage);
    (row.operation == record::IoOperation::read ? read : written) += row.size.count();
    EXPECT_GT(row.time, std::chrono::hours(24 * 365 * 50)) << "since 1970";
  }
  const record::Run record = record_of();
  const record::TierCounters& storage = record.observed.tier(TierId::storage);
  EXPECT_EQ(read, storage.read.bytes);
  EXPECT_EQ(written, storage.write.bytes);
  EXPECT_GT(read, 0U);
}

TEST_F(TracingCommandsTest, ATraceThatCannotBeWrittenIsFoundBefore) {
  std::ofstream(file("none")) << "a file";
  const Ended ended = run(bench({"--io-trace-log", file("none/trace.csv")}));
  EXPECT_EQ(ended.status, 2);
  EXPECT_NE(ended.err.find("none/trace.csv"), std::string::npos) << ended.err;
  EXPECT_FALSE(fs::exists(file("run")));
}

TEST_F(TracingCommandsTest, CtrlCKeepsWhatWasTraced) {
  Program program(bench({"--clock", "real", "--io-trace-log", file("trace.csv")}, "600"));
  ASSERT_TRUE(program.wait_for("measuring"));
  program.signal(SIGINT);
  EXPECT_EQ(program.wait().status, 130);
  const record::Run record = record_of();
  ASSERT_TRUE(record.io_trace.has_value());
  EXPECT_EQ(record::read_io_trace(file("trace.csv")).size(), record.io_trace->rows);
}

TEST_F(TracingCommandsTest, ATraceThatIsCutOffHasAnotherName) {
  Program program(
      bench({"--storage-layout", "modelled", "--clock", "real", "--storage-write-latency-us",
             "1000000000", "--io-trace-log", file("trace.csv")},
            "600"));
  ASSERT_TRUE(program.wait_for("measuring"));
  program.signal(SIGINT);
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().status, 130);
  EXPECT_FALSE(fs::exists(file("trace.csv")));
  const record::Run record = record_of();
  ASSERT_TRUE(record.io_trace.has_value());
  EXPECT_NE(record.io_trace->path.find("trace.csv.partial-"), std::string::npos);
  EXPECT_EQ(record::read_io_trace(record.io_trace->path).size(), record.io_trace->rows);
}

class FakeBpftraceTest : public TracingCommandsTest {
 protected:
  // The whole output of a traced run, as bpftrace prints it.
  FakeBpftraceTest() {
    fs::create_directory(file("bin"));
    std::ofstream(file("bin/bpftrace")) << "#!/bin/sh\n"
                                           "trap 'cat \"$(dirname \"$0\")/output\"; exit 0' INT\n"
                                           "echo attached\n"
                                           "while :; do sleep 0.01; done\n";
    fs::permissions(file("bin/bpftrace"), fs::perms::owner_all);
    std::ofstream(file("bin/output")) << "\n@d2c_read_us: \n"
                                         "[64, 128)             30 |@@@@|\n"
                                         "\n@bssplit_read_kb: \n"
                                         "[512, 1K)             30 |@@@@|\n"
                                         "\n@bssplit_write_kb: \n"
                                         "[1K, 2K)              10 |@@@@|\n"
                                         "\n@qd_read: \n"
                                         "[4, 8)                30 |@@@@|\n";
  }
  Ended run_traced(const Arguments& more) const {
    Arguments all = {"PATH=" + file("bin") + ":" + std::getenv("PATH"), SPILLWAY_PROGRAM};
    for (const std::string& one : bench(more)) all.push_back(one);
    return Program("env", all).wait();
  }
};

TEST_F(FakeBpftraceTest, HistogramsAreOnRecordAndAFioJobLiesBesideIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "bpftrace is started by root only";
  const Ended ended = run_traced({"--enable-latency-tracing", "--output", file("result.json")});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::Run record = record_of();
  ASSERT_TRUE(record.latency_tracing.has_value());
  const record::LatencyTracing& tracing = *record.latency_tracing;
  ASSERT_TRUE(tracing.histograms.contains("d2c_read_us"));
  EXPECT_EQ(tracing.histograms.at("d2c_read_us").histogram.total(), 30U);
  const std::string job = content("run/" + tracing.fio_job);
  EXPECT_NE(job.find("bssplit=512k/100,1m/100\n"), std::string::npos) << job;
  EXPECT_NE(job.find("iodepth=4\n"), std::string::npos) << job;
  EXPECT_NE(ended.out.find("Device latency (bpftrace)"), std::string::npos);
  const text::JsonValue result = text::read_json(file("result.json"));
  EXPECT_EQ(result.at("fio_workload").as_string(), job);
  EXPECT_EQ(result.at("device_latency_tracing").at("qd_read").at("buckets").elements().size(), 1U);
}

TEST_F(FakeBpftraceTest, ARunGoesOnWithoutAndSaysWhy) {
  std::ofstream(file("bin/bpftrace")) << "#!/bin/sh\necho 'ERROR: no BTF here' >&2\nexit 1\n";
  const Ended ended = run_traced({"--enable-latency-tracing"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  const record::Run record = record_of();
  ASSERT_TRUE(record.latency_tracing.has_value());
  EXPECT_FALSE(record.latency_tracing->reason.empty());
  EXPECT_TRUE(record.latency_tracing->histograms.empty());
  EXPECT_EQ(record.latency_tracing->fio_job, "");
  EXPECT_NE(ended.err.find("warning: latency tracing: " + record.latency_tracing->reason),
            std::string::npos)
      << ended.err;
}

// What is written before is in no figure of the run, neither ours nor the device's.
TEST_F(TracingCommandsTest, PreconditioningIsCountedApart) {
  const Ended ended =
      run(bench({"--precondition", "--precondition-threads", "2", "--log-level", "DEBUG"}));
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::Run record = record_of();
  ASSERT_TRUE(record.precondition.has_value());
  EXPECT_EQ(record.precondition->target_bytes, 512U << 20U) << "twice the tier";
  EXPECT_EQ(record.precondition->bytes, 512U << 20U);
  EXPECT_EQ(record.precondition->failed, 0U);
  EXPECT_GT(record.precondition->elapsed_ns, 0);
  const std::uint64_t wrote = record.observed.tier(TierId::storage).write.bytes;
  EXPECT_LT(wrote, 512U << 20U);
  EXPECT_EQ(record.proof.logical_write_bytes, wrote);
  if (record.proof.process_write_bytes) {
    EXPECT_LT(*record.proof.process_write_bytes, wrote + (64U << 20U));
  }
  EXPECT_NE(ended.out.find("Preconditioning"), std::string::npos);
  EXPECT_TRUE(cache_is_empty());
}

TEST_F(TracingCommandsTest, PreconditioningAModelledDeviceTakesItsTime) {
  const Ended ended =
      run(bench({"--clock", "virtual", "--precondition", "--precondition-size-gb", "8",
                 "--storage-write-gb-per-s", "2", "--storage-write-latency-us", "0"}));
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::Run record = record_of();
  ASSERT_TRUE(record.precondition.has_value());
  EXPECT_EQ(record.precondition->bytes, std::uint64_t{8} << 30U);
  EXPECT_NEAR(static_cast<double>(record.precondition->elapsed_ns) / 1e9, 8.589934592 / 2, 1e-3);
  EXPECT_EQ(record.window.start_ns, 0) << "the run's clock starts after it";
}

TEST_F(TracingCommandsTest, CtrlCEndsPreconditioning) {
  Program program(bench({"--precondition", "--precondition-size-gb", "4000"}));
  ASSERT_TRUE(program.wait_for("preconditioning"));
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 130) << ended.err;
  const record::Run record = record_of();
  ASSERT_TRUE(record.precondition.has_value());
  EXPECT_LT(record.precondition->bytes, record.precondition->target_bytes);
  EXPECT_EQ(record.observed.requests.completed, 0U);
  EXPECT_EQ(record.interrupted, record::Interruption::once);
  EXPECT_TRUE(cache_is_empty());
}

TEST_F(TracingCommandsTest, AValidationTraceIsComparedWithTheHitRatio) {
  const Ended ended = run(bench(
      {"--clock", "virtual", "--validation-trace", kValidation, "--output", file("result.json")}));
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::Run record = record_of();
  ASSERT_TRUE(record.validation.has_value());
  EXPECT_EQ(record.validation->requests, 3U);
  EXPECT_EQ(record.validation->hits, 2U);
  EXPECT_EQ(record.validation->hit_ratio, record::hit_ratio(record.observed.reuse));
  const text::JsonValue result = text::read_json(file("result.json"));
  EXPECT_EQ(result.at("validation").at("passed").as_bool(), record.validation->passed);
  EXPECT_NE(ended.out.find("Validation"), std::string::npos);
}

TEST_F(TracingCommandsTest, AValidationTraceThatIsNoneIsFoundBefore) {
  std::ofstream(file("bad.json")) << "[{\"request_id\": 1}]";
  for (const std::string name : {"none.json", "bad.json"}) {
    const Ended ended = run(bench({"--clock", "virtual", "--validation-trace", file(name)}));
    EXPECT_EQ(ended.status, 2);
    EXPECT_NE(ended.err.find(name), std::string::npos) << ended.err;
    EXPECT_FALSE(fs::exists(file("run")));
  }
}

TEST_F(TracingCommandsTest, TheLogLevelDecidesWhatIsSaid) {
  const auto said = [&](const std::string& level) {
    const Ended ended = run(bench({"--clock", "virtual", "--log-level", level}));
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_NE(ended.out.find("What ran"), std::string::npos) << "results are no log";
    fs::remove_all(file("run"));
    return ended.err;
  };
  EXPECT_NE(said("DEBUG").find("debug: --num-users = 4 (command_line)\n"), std::string::npos);
  EXPECT_EQ(said("INFO").find("debug:"), std::string::npos);
  EXPECT_NE(said("INFO").find("Plan "), std::string::npos);
  EXPECT_EQ(said("WARNING"), "");
  EXPECT_EQ(said("ERROR"), "");
  EXPECT_EQ(said("CRITICAL"), "");
}

}  // namespace
}  // namespace spillway::cli
