// SPDX-License-Identifier: Apache-2.0
// Command lines of the MLPerf KV-cache benchmark as its documents have them, but for the program's
// name, the duration and paths: each runs in virtual time and writes the published keys.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/program.h"
#include "text/json_reader.h"

namespace spillway::cli {
namespace {

namespace fs = std::filesystem;

struct Command {
  const char* name;
  std::string text;
};

std::vector<Command> commands() {
  const std::string small = "--model llama3.1-8b ";
  const std::string large = "--model llama3.1-70b-instruct ";
  const std::string dataset = SPILLWAY_SOURCE_DIR "/tests/data/sharegpt/glaive_head.json";
  return {
      {"A, storage only",
       small + "--num-users 50 --gpu-mem-gb 0 --cpu-mem-gb 0.5 --generation-mode realistic"},
      {"A, cpu 0",
       small + "--num-users 50 --gpu-mem-gb 0 --cpu-mem-gb 0 --generation-mode realistic"},
      {"B, three tiers",
       small + "--num-users 100 --gpu-mem-gb 16 --cpu-mem-gb 32 --generation-mode realistic"},
      {"C, qos", small + "--num-users 20 --gpu-mem-gb 16 --cpu-mem-gb 32 --enable-autoscaling "
                         "--autoscaler-mode qos --generation-mode realistic"},
      {"D, capacity", large + "--num-users 10 --gpu-mem-gb 0 --cpu-mem-gb 32 --enable-autoscaling "
                              "--autoscaler-mode capacity --generation-mode none"},
      {"D, cpu 0", large + "--num-users 10 --gpu-mem-gb 0 --cpu-mem-gb 0 --enable-autoscaling "
                           "--autoscaler-mode capacity --generation-mode none"},
      {"E, submission 8B", small + "--num-users 150 --gpu-mem-gb 0 --cpu-mem-gb 2 "
                                   "--generation-mode realistic --performance-profile throughput"},
      {"E, cpu 0", small + "--num-users 150 --gpu-mem-gb 0 --cpu-mem-gb 0 --generation-mode "
                           "realistic --performance-profile throughput"},
      {"F, submission 70B", large + "--num-users 40 --gpu-mem-gb 0 --cpu-mem-gb 4 "
                                    "--generation-mode realistic --performance-profile throughput"},
      {"F, cpu 0", large + "--num-users 40 --gpu-mem-gb 0 --cpu-mem-gb 0 --generation-mode "
                           "realistic --performance-profile throughput"},
      {"G, documents", small + "--num-users 30 --gpu-mem-gb 16 --cpu-mem-gb 32 --enable-rag "
                               "--generation-mode realistic"},
      {"H, documents and capacity",
       large + "--num-users 10 --gpu-mem-gb 16 --cpu-mem-gb 64 --enable-rag --enable-autoscaling "
               "--autoscaler-mode capacity --generation-mode realistic"},
      {"I, ShareGPT", large + "--dataset-path " + dataset +
                          " --max-conversations 1000 --gpu-mem-gb 0 --cpu-mem-gb 2 --num-users 50 "
                          "--generation-mode none"},
      {"J, validation on the gpu",
       small + "--num-users 10 --gpu-mem-gb 24 --cpu-mem-gb 0 --generation-mode deterministic"},
      {"K, validation with offload",
       small + "--num-users 20 --gpu-mem-gb 8 --cpu-mem-gb 32 --generation-mode deterministic"},
      {"L, stress 8B", small + "--num-users 200 --gpu-mem-gb 0 --cpu-mem-gb 0 "
                               "--max-concurrent-allocs 16 --generation-mode none"},
      {"L, throughput 8B", small + "--num-users 100 --gpu-mem-gb 0 --cpu-mem-gb 4 "
                                   "--max-concurrent-allocs 0 --generation-mode none"},
      {"L, stress 70B", large + "--num-users 70 --gpu-mem-gb 0 --cpu-mem-gb 0 "
                                "--max-concurrent-allocs 4 --generation-mode none"},
  };
}

class MlperfCommandsTest : public testing::Test {
 protected:
  MlperfCommandsTest() : root_(testing::TempDir() + "spillway-commands-XXXXXX") {
    ::mkdtemp(root_.data());
  }
  ~MlperfCommandsTest() override { fs::remove_all(root_); }

  // The result file of a command of twenty virtual seconds.
  text::JsonValue results_of(const std::string& text) const {
    std::vector<std::string> arguments = {"bench"};
    std::istringstream words(text);
    for (std::string word; words >> word;) arguments.push_back(word);
    const std::string output = root_ + "/results.json";
    for (const std::string& more :
         {std::string("--duration"), std::string("20"), std::string("--seed"), std::string("42"),
          std::string("--cache-dir"), root_ + "/cache", std::string("--output"), output,
          std::string("--clock"), std::string("virtual"), std::string("--run-dir"),
          root_ + "/run"}) {
      arguments.push_back(more);
    }
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.status, 0) << ended.err;
    fs::remove_all(root_ + "/run");
    return text::read_json(output);
  }

  std::string root_;
};

TEST_F(MlperfCommandsTest, RunAsTheyArePublished) {
  for (const Command& command : commands()) {
    SCOPED_TRACE(command.name);
    const text::JsonValue json = results_of(command.text);
    EXPECT_GT(json.at("requests_completed").as_uint(), 0U);
    const text::JsonValue& summary = json.at("summary");
    EXPECT_EQ(summary.at("total_requests").as_uint(), json.at("requests_completed").as_uint());
    EXPECT_GT(summary.at("total_storage_io_time").as_double(), 0);
    const bool scales = command.text.find("--enable-autoscaling") != std::string::npos;
    EXPECT_EQ(summary.at("autoscaling_summary").is_null(), !scales);
    for (const text::JsonValue& step : summary.at("autoscaling_stats").elements()) {
      EXPECT_EQ(step.at("timestamp").as_string().substr(0, 2), "20");
    }
    const text::JsonValue& cache = summary.at("cache_stats");
    EXPECT_GT(cache.at("total_write_bytes").as_uint(), 0U);
    const bool has_gpu = command.text.find("--gpu-mem-gb 0 ") == std::string::npos;
    EXPECT_EQ(cache.at("tier_gpu_kv_bytes_written_gb").as_double() > 0, has_gpu);
    EXPECT_EQ(json.at("end_to_end_latencies").elements().size(),
              json.at("requests_completed").as_uint());
  }
}

}  // namespace
}  // namespace spillway::cli
