// SPDX-License-Identifier: Apache-2.0
#include "scenario/bench_facts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace spillway::scenario {
namespace {

TEST(PlanRecord, SaysWhichTraceOfWhichModel) {
  BenchConfig config;
  config.workload.path = "/data/traces/";
  config.model.name = "tiny-1b";
  workload::PlanSummary plan;
  plan.format = "mooncake";
  plan.hash = "abc";
  plan.files = 2;
  plan.requests = 3;
  plan.block_tokens = Tokens(512);
  const record::Plan made = plan_record(plan, config);
  EXPECT_EQ(made.hash, "abc");
  EXPECT_EQ(made.requests, 3U);
  EXPECT_NE(made.workload.find("2 files"), std::string::npos) << made.workload;
  EXPECT_NE(made.workload.find("tiny-1b"), std::string::npos) << made.workload;
}

TEST(Environment, TellsProgramMachineAndTheWayToTheDevice) {
  std::string path = testing::TempDir() + "spillway-facts-XXXXXX";
  BenchConfig config;
  config.cache_dir = ::mkdtemp(path.data());
  config.storage.capacity = 4_MiB;
  {
    const SharedTiers tiers(tier_config(config), 1_MiB);
    record::Run run;
    run.environment = environment(config, tiers, {"io_uring", "single_issuer"});
    for (const std::string_view name :
         {record::fact::kVersion, record::fact::kKernel, record::fact::kFileSystem,
          record::fact::kIoEngine, record::fact::kIoFeatures, record::fact::kAlignmentBytes}) {
      EXPECT_NE(record::find_fact(run, name), nullptr) << name;
    }
    EXPECT_EQ(*record::find_fact(run, record::fact::kDirectIo), record::Value(true));
  }
  std::filesystem::remove_all(config.cache_dir);
}

}  // namespace
}  // namespace spillway::scenario
