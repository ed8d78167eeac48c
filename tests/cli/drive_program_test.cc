// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "core/sha256.h"
#include "record/drive_record_json.h"
#include "tests/cli/arguments.h"
#include "tests/cli/program.h"
#include "tests/net/certificates.h"
#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

using testing::HasSubstr;
using text::JsonValue;

class DriveProgramTest : public testing::Test {
 protected:
  // A run against an endpoint of our own with small tiers and a fast engine.
  std::vector<std::string> arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"drive",
                                    "--results-root",
                                    directory_.path(),
                                    "--run-id",
                                    "run",
                                    "--max-tokens",
                                    "2",
                                    "--serve-set",
                                    "prefill-tokens-per-s=" + prefill_rate_,
                                    "--serve-set",
                                    "decode-step-ms=1",
                                    "--stream"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Ended drive(const std::vector<std::string>& more) const {
    return Program(arguments(more)).wait();
  }

  std::string file(const std::string& name) const { return directory_.file("run/" + name); }
  JsonValue json(const std::string& name) const { return text::read_json(file(name)); }
  std::string contents(const std::string& name) const {
    std::ifstream stream(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  bool has(const std::string& name) const { return std::filesystem::exists(file(name)); }

  // A server that outlives a run; its ports are in ports_ once it has said that it serves.
  std::vector<std::string> serving(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"serve", "--port",         "0", "--system-port",
                                    "0",     "--gpu-cache-gb", "1", "--ports-file",
                                    ports_};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  // Two short prompts against it.
  Arguments short_run(const std::string& name, const std::string& url) const {
    return {"drive",
            "--results-root",
            directory_.path(),
            "--run-id",
            name,
            "--base-url",
            url,
            "--requests",
            "2",
            "--warmup",
            "0",
            "--max-tokens",
            "2",
            "--short-range",
            "64:64",
            "--calibrate",
            "off",
            "--model-resolve-timeout-s",
            "5"};
  }

  std::string prefill_rate_ = "1000000";
  TemporaryDirectory directory_;
  std::string ports_ = directory_.file("ports.json");
};

TEST_F(DriveProgramTest, HelpHasScenariosAndStatuses) {
  const Ended ended = Program({"drive", "--help"}).wait();
  EXPECT_EQ(ended.status, 0);
  for (const char* const text : {"--scenario", "rehydrate_replay", "--tier-mode", "Statuses:"}) {
    EXPECT_THAT(ended.out, HasSubstr(text));
  }
}

TEST_F(DriveProgramTest, TheSelfTestRefusesWhatItWouldIgnore) {
  const Ended ended = Program({"drive", "--self-test", "--requests", "3"}).wait();
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("--requests would do nothing"));
}

// What is pushed out of 256 MiB of host memory comes back from the disk: by the server's counters,
// the kernel's of its process, and the check of the replay.
TEST_F(DriveProgramTest, AReplayReadsTheDiskAndTheEvidenceSaysSo) {
  prefill_rate_ = "2000";  // slow enough for a sanitized server to write every block to disk
  const Ended ended = drive({"--scenario",
                             "rehydrate_replay",
                             "--tier-mode",
                             "B2",
                             "--io-attrib",
                             "--rehydrate-populate-sessions",
                             "2",
                             "--rehydrate-thrash-sessions",
                             "4",
                             "--rehydrate-prefix-target-tokens",
                             "1024",
                             "--kv-cpu-cache-gb",
                             "0.25",
                             "--kv-disk-cache-gb",
                             "1",
                             "--serve-set",
                             "gpu-cache-gb=0.25",
                             "--serve-set",
                             "metrics-dialect=vllm",
                             "--capture-metrics-snapshot"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr(directory_.path() + "/run"));
  const JsonValue summary = json("summary.json");
  EXPECT_TRUE(summary.at("run_valid").as_bool());
  EXPECT_EQ(summary.at("tier_mode").as_string(), "B2");
  const JsonValue& replay = summary.at("phase_summaries").elements()[2];
  const double counted =
      replay.at("kvbm_metrics_delta").at("kvbm_disk_bytes_read_delta").as_double();
  EXPECT_GT(counted, 0);
  EXPECT_EQ(replay.at("worker_process_io_delta").at("read_bytes_delta").as_double(), counted);
  EXPECT_EQ(summary.at("kvbm_metrics").at("rehydrate_replay_signal").at("signal").as_string(),
            "disk_rehydrate_detected");
  // The same tokens by vLLM's names, on another page.
  EXPECT_EQ(replay.at("server_metrics")
                .at("stacks")
                .at("vllm")
                .at("figures")
                .at("below_device")
                .at("hit_tokens")
                .as_double(),
            replay.at("kvbm_metrics_delta").at("kvbm_matched_tokens_delta").as_double());
  const Ended checked =
      Program({"analyse", "io-attribution", "--run-dir", directory_.file("run")}).wait();
  EXPECT_EQ(checked.status, 0) << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("PASS"));
  for (const char* const name : {"config.json",
                                 "manifest.json",
                                 "prompts_manifest.jsonl",
                                 "request_manifest.jsonl",
                                 "requests.jsonl",
                                 "kvbm_metrics_snapshots.jsonl",
                                 "report.md",
                                 "device_metadata_pre.json",
                                 "device_metadata_post.json",
                                 "io/block_stat_timeline.csv",
                                 "io/proc_io_timeline.csv",
                                 "phase_deltas/phase_replay_kvbm_metrics_delta.json",
                                 "metrics_kvbm_replay.prom",
                                 "metrics_system_pressure.prom",
                                 "kvbm_metric_inventory.txt",
                                 "nvme_identity.json",
                                 "nvme_smart_pre.json",
                                 "nvme_smart_post.json",
                                 "telemetry/telemetry_report.json",
                                 "telemetry/host.jsonl",
                                 "server.log"}) {
    EXPECT_TRUE(has(name)) << name;
  }
  EXPECT_EQ(json("config.json").at("model_id").as_string(), "llama3.1-8b");
  // The slab of the server: one file, preallocated.
  EXPECT_GE(replay.at("cache_directory").at("after").at("bytes").as_uint(), 1U << 30U);
  EXPECT_GE(summary.at("telemetry").at("cadence").at("samples").as_uint(), 1U);
}

TEST_F(DriveProgramTest, WithoutTiersNothingIsReadAndNoMetricsAreMissed) {
  const Ended ended =
      drive({"--tier-mode", "B0", "--requests", "3", "--warmup", "1", "--ttfc-sanity-validate",
             "--ttfc-sanity-requests", "2", "--ttfc-sanity-long-max-tokens", "8",
             "--ttfc-sanity-short-max-tokens", "2", "--store-responses"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const JsonValue summary = json("summary.json");
  EXPECT_EQ(summary.at("kvbm_metrics_status").at("status").as_string(), "skipped");
  EXPECT_EQ(summary.at("overall_summary").at("total_requests").as_uint(), 3U);
  EXPECT_EQ(summary.at("overall_summary").at("served").at("completion_tokens").as_uint(), 6U);
  EXPECT_TRUE(summary.at("ttfc_sanity_validation").at("enabled").as_bool());
  EXPECT_FALSE(has("kvbm_metrics_snapshots.jsonl"));
  EXPECT_TRUE(has("responses/main_000002_main-00000.txt"));
}

// Record, AIPerf's files, summary and lines tell of the same requests.
TEST_F(DriveProgramTest, RecordAndProfileSayTheSame) {
  const Ended ended = drive({"--tier-mode", "B0", "--requests", "5", "--warmup", "2",
                             "--metrics-as", "vllm,guidellm", "--calibrate", "off"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const record::DriveRecord record =
      record::drive_record_from_json(contents("record.json"), "record.json");
  EXPECT_TRUE(record.valid());
  EXPECT_FALSE(record.doubts.empty()) << "--calibrate off";
  EXPECT_EQ(record.plan_hash, sha256_hex(contents("request_manifest.jsonl")));
  ASSERT_EQ(record.phases.size(), 2U);
  EXPECT_FALSE(record.phases[0].measured);
  EXPECT_EQ(record.phases[0].counts.completed, 2U);
  const record::DrivePhaseRecord all = measured_of(record);
  EXPECT_EQ(all.counts.completed, 5U);
  EXPECT_EQ(all.counts.completion_tokens, 10U);
  EXPECT_EQ(all.latencies.itl.count(), 5U);
  EXPECT_GE(all.latencies.latency_from_due.min(), all.latencies.latency.min());
  const auto model = std::ranges::find(record.settings, "model-id", &record::Setting::name);
  EXPECT_EQ(model->origin, record::Origin::resolved);
  const JsonValue profile = json("profile_export.json");
  EXPECT_EQ(profile.at("request_count").at("avg").as_double(), 5);
  EXPECT_EQ(profile.at("total_osl").at("avg").as_double(), 10);
  EXPECT_EQ(profile.at("time_to_first_token").at("count").as_uint(), 5U);
  EXPECT_NEAR(profile.at("time_to_first_token").at("max").as_double(),
              static_cast<double>(all.latencies.ttft.max()) / 1e6, 1e-6);
  EXPECT_FALSE(profile.at("was_cancelled").as_bool());
  EXPECT_THAT(contents("profile_export.csv"), HasSubstr("Time to First Token (ms),"));
  std::map<std::string, int> phases;
  std::ifstream lines(file("profile_export.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const JsonValue one = text::parse_json(line, "line");
    ++phases[one.at("metadata").at("benchmark_phase").as_string()];
    EXPECT_EQ(one.at("metrics").at("output_sequence_length").at("value").as_uint(), 2U);
  }
  EXPECT_EQ(phases, (std::map<std::string, int>{{"profiling", 5}, {"warmup", 2}}));
  const JsonValue summary = json("summary.json");
  const JsonValue& peers = summary.at("metrics_as");
  EXPECT_EQ(peers.at("vllm").at("completed").as_uint(), 5U);
  EXPECT_EQ(peers.at("guidellm").at("itl_ms").at("count").as_uint(), 5U);
  EXPECT_THAT(contents("report.md"), HasSubstr("| guidellm | tpot_ms |"));
}

// One system prompt of 512 tokens is in all; answers have the trace's lengths, 2 at most here.
TEST_F(DriveProgramTest, ATraceOfTheBenchmarkIsSentAtItsTimesAndJudged) {
  const std::string trace = workload::excerpt("mooncake/conversation_head.jsonl");
  const Ended ended = drive({"--scenario",        "workload",
                             "--requests",        "6",
                             "--arrival",         "trace",
                             "--workload-set",    "trace=" + trace,
                             "--workload-set",    "time-scale=0.1",
                             "--goodput",         "ttft:1000000 tpot:1000000",
                             "--goodput",         "request_latency:0.000001",
                             "--kv-cpu-cache-gb", "0.25",
                             "--tier-mode",       "B1",
                             "--calibrate",       "off"});
  ASSERT_EQ(ended.status, 0) << ended.err;
  const JsonValue summary = json("summary.json");
  const JsonValue& phase = summary.at("phase_summaries").elements()[0];
  EXPECT_EQ(phase.at("ok_requests").as_double(), 6);
  const double cached = phase.at("served").at("cached_tokens").as_double();
  EXPECT_GT(cached, 0);
  EXPECT_LE(cached, 5 * 512);
  const JsonValue& goodput = phase.at("goodput");
  EXPECT_EQ(goodput.at("objectives_ms").at("e2el").as_double(), 1e-6);
  EXPECT_EQ(goodput.at("from_sent").at("requests").as_double(), 0) << "nothing takes a nanosecond";
  EXPECT_EQ(goodput.at("from_due").at("fraction").as_double(), 0);
  EXPECT_EQ(json("profile_export.json").at("good_request_count").at("avg").as_double(), 0);
  EXPECT_THAT(contents("request_manifest.jsonl"), HasSubstr("\"prompt_tokens_est\":6758"));
  EXPECT_TRUE(json("config.json").at("client_request_parameters").at("max_tokens").is_null());
  EXPECT_THAT(contents("report.md"), HasSubstr("workload mooncake: 6 requests, plan "));
}

TEST_F(DriveProgramTest, AWorkloadIsAskedForByAScenario) {
  const Ended ended = drive({"--workload-set", "num-users=3"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("--scenario workload"));
}

// A server that outlives the run: the second of two equal runs finds what the first has left.
TEST_F(DriveProgramTest, ACacheThatIsWarmAtTheStartIsNamed) {
  Program server(serving({"--kvbm-port", "0", "--tier-mode", "B1", "--cpu-cache-gb", "0.25",
                          "--prefill-tokens-per-s", "1000000", "--decode-step-ms", "1"}));
  ASSERT_TRUE(server.wait_for_output("serves"));
  const JsonValue at = text::read_json(ports_);
  const auto url = [&](const char* name) {
    return "http://127.0.0.1:" + std::to_string(at.at(name).as_uint());
  };
  const auto state_of = [&](const std::string& name, const std::vector<std::string>& more) {
    const Ended ended =
        Program(combine(short_run(name, url("port")),
                        combine({"--kvbm-metrics-url", url("kvbm_port") + "/metrics", "--tier-mode",
                                 "B1", "--short-range", "512:512"},
                                more)))
            .wait();
    const JsonValue summary = text::read_json(directory_.file(name + "/summary.json"));
    const bool voided = !summary.at("run_valid").as_bool();
    EXPECT_EQ(ended.status, voided ? 2 : 0) << ended.err;
    if (voided) {
      EXPECT_EQ(summary.at("invalid_reason").as_string(), "warm_cache_at_start");
    }
    return summary.at("cache_at_start").at("state").as_string() + (voided ? ", void" : "");
  };
  EXPECT_EQ(state_of("first", {}), "cold");
  EXPECT_EQ(state_of("second", {}), "warm");
  EXPECT_EQ(state_of("third", {"--warm-cache", "void"}), "warm, void");
  EXPECT_EQ(state_of("fourth", {"--cache-bust", "run"}), "cold");
  EXPECT_EQ(state_of("fifth", {"--cache-bust", "prompt", "--warm-cache", "void"}), "cold");
}

// A device of 1,000 prompt tokens a second and 5 ms a step is reported as just that: the first text
// after tokens / 1,000 s, each other after a step. Nothing of it is left to chance.
TEST_F(DriveProgramTest, VirtualTimeReportsTheTimesThatWereModelled) {
  prefill_rate_ = "1000";
  const std::vector<std::string> flags = {
      "--clock",     "virtual",         "--tier-mode", "B0",          "--requests",
      "1",           "--warmup",        "0",           "--serve-set", "decode-step-request-us=0",
      "--serve-set", "decode-step-ms=5"};
  ASSERT_EQ(drive(flags).status, 0);
  const std::string rows = contents("requests.jsonl");
  const JsonValue summary = json("summary.json");
  const JsonValue& served = summary.at("phase_summaries").elements()[0].at("served");
  EXPECT_EQ(served.at("ttft_ms").at("p50").as_double(),
            static_cast<double>(served.at("prompt_tokens").as_uint()));
  EXPECT_EQ(served.at("itl_ms").at("min").as_double(), 5);
  EXPECT_EQ(served.at("itl_ms").at("max").as_double(), 5);
  EXPECT_EQ(served.at("latency_ms").at("p50").as_double(),
            served.at("ttft_ms").at("p50").as_double() + 5);
  EXPECT_FALSE(summary.at("client").at("decision_grade").as_bool()) << "nothing was measured";
  EXPECT_FALSE(has("device_metadata_pre.json"));
  std::filesystem::remove_all(directory_.file("run"));
  ASSERT_EQ(drive(flags).status, 0);
  EXPECT_EQ(contents("requests.jsonl"), rows);
}

TEST_F(DriveProgramTest, VirtualTimeHasNoDevicesToLookAt) {
  const Ended ended = drive({"--clock", "virtual", "--io-attrib"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("--io-attrib"));
}

TEST_F(DriveProgramTest, AKeyAndACertificateAreShownToTheServer) {
  net::make_certificate(directory_.file("server"), "IP:127.0.0.1");
  const std::string key = directory_.write("key", "s3cret\n");
  Program server(
      serving({"--tier-mode", "B0", "--api-key-file", key, "--tls-cert",
               directory_.file("server.pem"), "--tls-key", directory_.file("server.key")}));
  ASSERT_TRUE(server.wait_for_output("serves"));
  const std::string url =
      "https://127.0.0.1:" + std::to_string(text::read_json(ports_).at("port").as_uint());
  const auto status_of = [&](const std::string& name, const std::vector<std::string>& more) {
    return Program(combine(short_run(name, url), combine({"--kv-mode", "off"}, more)))
        .wait()
        .status;
  };
  const std::string ca = directory_.file("server.pem");
  EXPECT_EQ(status_of("both", {"--api-key-file", key, "--tls-ca", ca}), 0);
  EXPECT_EQ(status_of("any", {"--api-key-file", key, "--insecure"}), 0);
  EXPECT_EQ(status_of("no-key", {"--tls-ca", ca, "--model-resolve-timeout-s", "0.3"}), 2);
  EXPECT_EQ(status_of("no-trust", {"--api-key-file", key, "--model-resolve-timeout-s", "0.3"}), 2);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.file("both"))) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(content.find("s3cret"), std::string::npos) << entry.path();
  }
}

TEST_F(DriveProgramTest, AToolThatNobodyKnowsIsRefused) {
  const Ended ended = drive({"--metrics-as", "wrk"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("--metrics-as wrk: one of vllm, sglang"));
}

TEST_F(DriveProgramTest, PromptsThatDoNotFitAreNotSent) {
  const Ended ended =
      drive({"--prompt-set", "long", "--long-range", "9000:9000", "--requests", "1"});
  EXPECT_EQ(ended.status, 2);
  EXPECT_THAT(ended.err, HasSubstr("prompt_preflight_failed"));
  EXPECT_EQ(json("summary.json").at("invalid_reason").as_string(), "prompt_preflight_failed");
  EXPECT_TRUE(json("config.json").at("preflight").at("failed").as_bool());
  EXPECT_FALSE(has("requests.jsonl"));
  EXPECT_EQ(json("record.json").at("invalid_reason").as_string(), "prompt_preflight_failed");
  EXPECT_EQ(json("profile_export.json").find("request_count"), nullptr);
}

TEST_F(DriveProgramTest, AServerThatIsNotThereIsAnInvalidRun) {
  const Ended ended =
      Program({"drive", "--results-root", directory_.path(), "--run-id", "run", "--base-url",
               "http://127.0.0.1:1", "--model-resolve-timeout-s", "0.2", "--kv-mode", "off"})
          .wait();
  EXPECT_EQ(ended.status, 2);
  const JsonValue summary = json("summary.json");
  EXPECT_EQ(summary.at("invalid_reason").as_string(), "runtime_exception");
  EXPECT_THAT(summary.at("invalid_details").elements()[0].as_string(),
              HasSubstr("Connection refused"));
  const Ended again = drive({});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("File exists"));
}

struct FaultCase {
  const char* name;
  const char* fault;               // what our endpoint does wrong; empty: nothing
  std::vector<std::string> flags;  // of drive
  const char* expected;            // the class of the failure
};

// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest calls
void PrintTo(const FaultCase& one, std::ostream* out) { *out << one.name; }

class DriveFaultTest : public DriveProgramTest, public testing::WithParamInterface<FaultCase> {};

// Every class comes back as itself, from the endpoint that has the fault to the summary, and in no
// latency.
TEST_P(DriveFaultTest, IsReportedAsItself) {
  std::vector<std::string> more = {"--requests",  "2",   "--warmup",      "0",
                                   "--calibrate", "off", "--short-range", "64:64"};
  if (*GetParam().fault != 0) {
    std::ofstream(directory_.file("faults.json"))
        << R"({"seed":1,"faults":[)" << GetParam().fault << "]}";
    more.insert(more.end(),
                {"--tier-mode", "B0", "--serve-set", "fault=" + directory_.file("faults.json")});
  }
  std::vector<std::string> all = {
      "drive", "--results-root", directory_.path(), "--run-id", "run", "--max-tokens",
      "4",     "--stream"};
  if (*GetParam().fault != 0) all = arguments({});
  all.insert(all.end(), more.begin(), more.end());
  all.insert(all.end(), GetParam().flags.begin(), GetParam().flags.end());
  const Ended ended = Program(all).wait();
  EXPECT_EQ(ended.status, 0) << ended.err;
  const JsonValue summary = json("summary.json");
  const JsonValue& phase = summary.at("phase_summaries").elements()[0];
  EXPECT_EQ(phase.at("error_requests").as_uint(), 2U);
  const JsonValue& served = phase.at("served");
  ASSERT_EQ(served.at("failures").members().size(), 1U);
  EXPECT_EQ(served.at("failures").at(GetParam().expected).as_uint(), 2U);
  EXPECT_TRUE(served.at("latency_ms").members().empty());
  EXPECT_TRUE(served.at("ttft_ms").members().empty());
  std::ifstream rows(file("requests.jsonl"));
  for (std::string line; std::getline(rows, line);) {
    const JsonValue row = text::parse_json(line, "row");
    EXPECT_EQ(row.at("error_class").as_string(), GetParam().expected);
    EXPECT_FALSE(row.at("error").as_string().empty());
  }
  const JsonValue record = json("record.json");
  const JsonValue& recorded = record.at("phases").elements()[0];
  EXPECT_EQ(recorded.at("faults").at(GetParam().expected).as_uint(), 2U);
  EXPECT_EQ(recorded.at("latency_ms").at("latency").at("count").as_uint(), 0U);
  EXPECT_EQ(recorded.at("latency_ms").at("failed").at("count").as_uint(), 2U);
  EXPECT_EQ(json("profile_export.json").find("request_latency"), nullptr);
  std::ifstream profile(file("profile_export.jsonl"));
  std::size_t errors = 0;
  for (std::string line; std::getline(profile, line); ++errors) {
    const JsonValue one = text::parse_json(line, "line");
    EXPECT_EQ(one.at("error").at("type").as_string(), GetParam().expected);
    EXPECT_EQ(one.at("metrics").members().size(), 1U);
  }
  EXPECT_EQ(errors, 2U);
}

const std::vector<std::string> kNowhere = {"--base-url", "http://127.0.0.1:1", "--model-id",
                                           "m",          "--kv-mode",          "off"};

INSTANTIATE_TEST_SUITE_P(
    Classes, DriveFaultTest,
    testing::Values(
        FaultCase{"Connect", "", kNowhere, "connect"},
        FaultCase{"Http429", R"({"kind":"status","status":429,"retry_after_s":1})", {}, "http_429"},
        FaultCase{"Http4xx", R"({"kind":"status","status":403})", {}, "http_4xx"},
        FaultCase{"Http5xx", R"({"kind":"status","status":503})", {}, "http_5xx"},
        FaultCase{"ErrorObject", R"({"kind":"error_in_200"})", {}, "error_object"},
        FaultCase{"Malformed", R"({"kind":"malformed_sse"})", {}, "malformed"},
        FaultCase{"Cut", R"({"kind":"cut","after_bytes":300})", {}, "cut"},
        FaultCase{
            "Stall", R"({"kind":"stall_after_headers"})", {"--stall-timeout-s", "0.3"}, "stall"},
        FaultCase{
            "Timeout", R"({"kind":"stall_after_headers"})", {"--timeout-s", "0.3"}, "timeout"}),
    [](const testing::TestParamInfo<FaultCase>& one) { return std::string(one.param.name); });

TEST_F(DriveProgramTest, CtrlCKeepsWhatWasMeasured) {
  Program program(
      arguments({"--tier-mode", "B2", "--kv-cpu-cache-gb", "0.25", "--kv-disk-cache-gb", "1",
                 "--requests", "100000", "--warmup", "1", "--short-range", "512:512"}));
  // The list of the cache directory is the first thing that is done for a phase.
  const auto main_begins = [&] {
    if (!has("telemetry")) return false;
    const std::filesystem::directory_iterator files(file("telemetry"));
    return std::ranges::any_of(files, [](const auto& entry) {
      return entry.path().filename().string().starts_with("kvbm_before_main");
    });
  };
  while (!main_begins()) std::this_thread::yield();
  program.signal(SIGINT);
  const Ended ended = program.wait();
  EXPECT_EQ(ended.status, 130) << ended.err;
  const JsonValue summary = json("summary.json");
  EXPECT_GT(summary.at("phase_summaries").elements()[1].at("load").at("unsent").as_uint(), 0U);
  EXPECT_THAT(summary.at("notes").elements().back().as_string(), HasSubstr("interrupted"));
  const record::DriveRecord record =
      record::drive_record_from_json(contents("record.json"), "record.json");
  EXPECT_TRUE(record.interrupted);
  EXPECT_GT(record.phases[1].counts.unsent, 0U);
  EXPECT_TRUE(json("profile_export.json").at("was_cancelled").as_bool());
  EXPECT_TRUE(has("profile_export.csv"));
  EXPECT_FALSE(has("profile_export.jsonl.part"));
  EXPECT_EQ(std::ranges::count(contents("profile_export.jsonl"), '\n'),
            std::ranges::count(contents("requests.jsonl"), '\n'));
}

}  // namespace
}  // namespace spillway::cli
