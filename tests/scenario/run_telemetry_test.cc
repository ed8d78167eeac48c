// SPDX-License-Identifier: Apache-2.0
#include "scenario/run_telemetry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/text/temporary_directory.h"
#include "text/json_reader.h"

namespace spillway::scenario {
namespace {

using testing::Contains;
using testing::HasSubstr;
using text::JsonValue;

class RunTelemetryTest : public testing::Test {
 protected:
  RunTelemetryTest() {
    std::filesystem::create_directory(run_.file("kv"));
    options_.directory = run_.path();
    options_.nvme_device = "/dev/nvme0";
    options_.cache_dir = run_.file("kv");
  }

  // A machine with nvme-cli, and those programs that `there` names.
  telemetry::RunCommand machine(std::vector<std::string> there) const {
    return [there = std::move(there)](const std::vector<std::string>& command) {
      telemetry::CommandAnswer answer;
      const std::string text = telemetry::command_text(command);
      const bool looks = command.front() == "sh";
      const std::string program = looks ? text.substr(text.rfind(' ') + 1) : command.front();
      answer.success = std::ranges::find(there, program) != there.end();
      if (!answer.success) {
        answer.error = telemetry::kCommandNotFound;
      } else if (program == "nvme") {
        answer.out = R"({"mn":"MODEL","percentage_used":3})";
        answer.return_code = 0;
      } else {
        answer.out = "what " + text + " says";
        answer.return_code = 0;
      }
      return answer;
    };
  }

  std::string text(const std::string& name) const {
    std::ifstream file(run_.file(name));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& name, std::size_t bytes) const {
    std::ofstream(run_.file("kv/" + name)) << std::string(bytes, 'x');
  }
  static std::vector<std::string> list(const JsonValue& values) {
    std::vector<std::string> all;
    for (const JsonValue& one : values.elements()) all.push_back(one.as_string());
    return all;
  }

  TemporaryDirectory run_;
  RunTelemetryOptions options_;
};

TEST_F(RunTelemetryTest, TheDriveIsAskedBeforeAndAfter) {
  RunTelemetry telemetry(options_, machine({"nvme"}));
  telemetry.start();
  EXPECT_FALSE(std::filesystem::exists(run_.file("nvme_smart_post.json")));
  telemetry.finish();
  for (const char* const name :
       {"nvme_identity.json", "nvme_smart_pre.json", "nvme_smart_post.json"}) {
    const JsonValue query = text::read_json(run_.file(name));
    EXPECT_TRUE(query.at("success").as_bool()) << name;
    EXPECT_EQ(query.at("device").as_string(), "/dev/nvme0");
  }
  EXPECT_TRUE(telemetry.smart_after().success());
  EXPECT_TRUE(telemetry.identity().payload_ok);
}

TEST_F(RunTelemetryTest, WithoutToolsTheFilesSayWhy) {
  RunTelemetry telemetry(options_, machine({}));
  telemetry.start();
  telemetry.finish();
  const JsonValue query = text::read_json(run_.file("nvme_identity.json"));
  EXPECT_FALSE(query.at("success").as_bool());
  EXPECT_FALSE(query.at("payload_ok").as_bool());
}

TEST_F(RunTelemetryTest, WhatAPhaseDoesToTheCacheDirectoryIsKnown) {
  put("stays", 10);
  put("goes", 20);
  RunTelemetry telemetry(options_, machine({}));
  telemetry.start();
  telemetry.phase_begins("re play");
  std::filesystem::remove(run_.file("kv/goes"));
  put("comes", 300);
  const auto churn = telemetry.phase_ended("re play");
  telemetry.finish();
  ASSERT_TRUE(churn);
  EXPECT_EQ(churn->appeared, (record::FileSum{.files = 1, .bytes = 300}));
  EXPECT_EQ(churn->vanished, (record::FileSum{.files = 1, .bytes = 20}));
  EXPECT_EQ(churn->changed.files, 0U);
  EXPECT_EQ(churn->after, (record::FileSum{.files = 2, .bytes = 310}));
  std::vector<std::string> labels;
  for (const auto& entry : std::filesystem::directory_iterator(run_.file("telemetry"))) {
    const std::string name = entry.path().filename();
    if (name.starts_with("kvbm_") && name.ends_with("_files.txt")) {
      labels.push_back(name.substr(5, name.find("_2") - 5));
    }
  }
  for (const char* const label : {"start", "before_re_play", "after_re_play", "end"}) {
    EXPECT_THAT(labels, Contains(label));
  }
}

TEST_F(RunTelemetryTest, WithoutACacheDirectoryNothingIsClaimed) {
  options_.cache_dir.clear();
  RunTelemetry telemetry(options_, machine({}));
  telemetry.start();
  telemetry.phase_begins("main");
  EXPECT_FALSE(telemetry.phase_ended("main"));
}

TEST_F(RunTelemetryTest, TheMachineIsSampledAndTheCadenceIsTold) {
  options_.interval = std::chrono::milliseconds(10);
  RunTelemetry telemetry(options_, machine({}));
  telemetry.start();
  telemetry.finish();
  ASSERT_TRUE(telemetry.cadence());
  EXPECT_GE(telemetry.cadence()->count, 1U);
  const std::string lines = text("telemetry/host.jsonl");
  EXPECT_GE(std::ranges::count(lines, '\n'), 2);
  EXPECT_THAT(lines, HasSubstr("MemAvailable"));
  const JsonValue report = text::read_json(run_.file("telemetry/telemetry_report.json"));
  EXPECT_THAT(list(report.at("started").at("started")), Contains("host"));
  EXPECT_THAT(list(report.at("stopped").at("started")), Contains("host"));
  EXPECT_FALSE(report.at("cadence").is_null());
}

TEST_F(RunTelemetryTest, ToolsThatAreMissingAreNamedAndContainersHaveLogs) {
  options_.tools = true;
  options_.iostat_device = "vda";
  options_.container = "dyn/1";
  RunTelemetry telemetry(options_, machine({"docker", "nvidia-smi"}));
  telemetry.start();
  telemetry.finish();
  EXPECT_THAT(telemetry.warnings(), Contains("iostat: not installed"));
  EXPECT_THAT(telemetry.warnings(), Contains("pidstat: not installed"));
  const JsonValue report = text::read_json(run_.file("telemetry/telemetry_report.json"));
  EXPECT_THAT(list(report.at("started").at("warnings")), Contains("iostat: not installed"));
  EXPECT_TRUE(list(report.at("stopped").at("warnings")).empty());
  EXPECT_EQ(text("telemetry/docker_dyn_1_logs.txt"), "what docker logs dyn/1 says");
  EXPECT_EQ(text("telemetry/docker_dyn_1_inspect.json"), "what docker inspect dyn/1 says");
  EXPECT_EQ(text("telemetry/nvidia_smi_snapshot.txt"), "what nvidia-smi says");
}

TEST_F(RunTelemetryTest, WhatServicesLogMeanwhileIsKept) {
  const std::string bus = run_.write("nats.log", "before\n");
  const std::string anew = run_.write("cufile.log", "much that was there before\n");
  options_.logs = {bus, anew, run_.file("later.log"), run_.file("never.log")};
  RunTelemetry telemetry(options_, machine({}));
  telemetry.start();
  std::ofstream(bus, std::ios::app) << "meanwhile\n";
  run_.write("cufile.log", "anew\n");
  run_.write("later.log", "later\n");
  telemetry.finish();
  EXPECT_EQ(text("telemetry/service_log_1_nats.log"), "meanwhile\n");
  EXPECT_EQ(text("telemetry/service_log_2_cufile.log"), "anew\n");
  EXPECT_EQ(text("telemetry/service_log_3_later.log"), "later\n");
  EXPECT_THAT(telemetry.warnings(), testing::Contains(HasSubstr("never.log: it cannot be read")));
}

TEST_F(RunTelemetryTest, AFileThatCannotBeWrittenIsAWarning) {
  std::filesystem::create_directory(run_.file("nvme_identity.json"));
  RunTelemetry telemetry(options_, machine({}));
  telemetry.start();
  EXPECT_THAT(telemetry.warnings(), Contains(HasSubstr("nvme_identity.json")));
}

}  // namespace
}  // namespace spillway::scenario
