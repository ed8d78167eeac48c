// SPDX-License-Identifier: Apache-2.0
// Whole runs in virtual time that look for a number of users that is known.
//
// A closed loop of users who each pause Z and then need D of the one server that is busiest gives
// at most 1 / D requests a second, and reaches that at N* = (D + Z) / D users: the asymptotic
// bounds of Lazowska et al., "Quantitative System Performance", section 5.2.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "record/run_json.h"
#include "scenario/bench.h"
#include "text/json_reader.h"
#include "text/line_reader.h"

namespace spillway::scenario {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using record::ScalingStep;

using Given = std::vector<std::pair<std::string, std::string>>;

class BenchScalingTest : public testing::Test {
 protected:
  BenchScalingTest() : root_(testing::TempDir() + "spillway-scaling-XXXXXX") {
    ::mkdtemp(root_.data());
  }
  ~BenchScalingTest() override { fs::remove_all(root_); }

  // Users who all pause as long, give or take a fifth, and whose answers have one token.
  record::Run run(const Given& given, Duration think, std::uint64_t context = 2048) {
    Settings settings(bench_settings());
    for (const auto& [name, text] : given) {
      settings.set(name, text, record::Origin::command_line);
    }
    BenchConfig config = bench_config(settings);
    for (workload::Persona& persona : config.workload.personas.personas) {
      persona.context = {.low = context, .high = context};
      persona.generation = {.low = 1, .high = 1};
      persona.think = {.low = think, .high = think};
    }
    Bench bench(std::move(config), settings);
    record::Run run = bench.run(root_ + "/requests.jsonl");
    record::grade(run);
    return run;
  }

  // Each request reads an entry of 48 MiB twice from a drive of this bandwidth, and that is all.
  record::Run run_on_drive(const std::string& gb_per_s, Duration think, Given more = {}) {
    more.insert(more.begin(), {{"clock", "virtual"},
                               {"enable-autoscaling", "on"},
                               {"model", "tiny-1b"},
                               {"decode-only", "on"},
                               {"generation-mode", "none"},
                               {"gpu-mem-gb", "0"},
                               {"cpu-mem-gb", "0"},
                               {"storage-capacity-gb", "unlimited"},
                               {"storage-read-latency-us", "0"},
                               {"storage-read-gb-per-s", gb_per_s}});
    return run(more, think);
  }

  std::string root_;
};

constexpr double kEntryBytes = 2048 * 24576;

double knee(double demand_s, double think_s) { return (demand_s + think_s) / demand_s; }
double demand_on_drive(double gb_per_s) { return 2 * kEntryBytes / (gb_per_s * 1e9); }

Given looking_for_capacity(const std::string& users, const std::string& most) {
  return {{"autoscaler-mode", "capacity"},
          {"num-users", users},
          {"autoscaler-max-users", most},
          {"duration", "4000"}};
}

double users_of(const record::Run& run) {
  return static_cast<double>(run.autoscaling.value().users.value_or(0));
}

TEST_F(BenchScalingTest, TheCapacityOfAModelledDriveIsFoundWithinFivePerCent) {
  const record::Run run = run_on_drive("14", 1s, looking_for_capacity("20", "1000"));
  const double known = knee(demand_on_drive(14), 1);
  EXPECT_NEAR(users_of(run), known, 0.05 * known);
  const record::Autoscaling& scaling = *run.autoscaling;
  EXPECT_NEAR(scaling.peak_tokens_per_s.value_or(0), 1 / demand_on_drive(14),
              0.03 / demand_on_drive(14));
  EXPECT_LE(scaling.users_low, scaling.users);
  EXPECT_GE(scaling.users_high, scaling.users);
  EXPECT_EQ(scaling.steps.back().action, record::ScalingAction::stop);
  for (const ScalingStep& s : scaling.steps) printf("%lu %f %f %f %lu %d %s\n", s.users, s.tokens_per_s.value, s.tokens_per_s.low, s.tokens_per_s.high, s.windows, s.steady, s.reason.c_str());
  printf("known %f found %f %lu %lu\n", known, users_of(run), *scaling.users_low, *scaling.users_high);
}

// One accelerator computes a prompt after the other; nothing else takes time. Prompts have a quarter
// of 8192 tokens to all of them, drawn evenly.
TEST_F(BenchScalingTest, TheCapacityOfAModelledAcceleratorIsFoundWithinFivePerCent) {
  Given given = looking_for_capacity("10", "1000");
  given.insert(given.begin(), {{"clock", "virtual"},
                               {"enable-autoscaling", "on"},
                               {"model", "tiny-1b"},
                               {"prefill-only", "on"},
                               {"disable-multi-turn", "on"},
                               {"disable-prefix-caching", "on"},
                               {"prefill-tokens-per-s", "500000"},
                               {"generation-mode", "none"},
                               {"gpu-mem-gb", "0"},
                               {"cpu-mem-gb", "0"},
                               {"storage-capacity-gb", "64"},
                               {"storage-write-latency-us", "0"},
                               {"storage-write-gb-per-s", "0"}});
  const record::Run run = this->run(given, 1s, 8192);
  const double known = knee((2048.0 + 8192.0) / 2 / 500000, 1);
  EXPECT_NEAR(users_of(run), known, 0.05 * known);
  const record::Autoscaling& scaling = *run.autoscaling;
  for (const ScalingStep& s : scaling.steps) printf("%lu %f %f %f %lu %d %s\n", s.users, s.tokens_per_s.value, s.tokens_per_s.low, s.tokens_per_s.high, s.windows, s.steady, s.reason.c_str());
  printf("known %f found %f %lu %lu\n", known, users_of(run), *scaling.users_low, *scaling.users_high);
}

TEST_F(BenchScalingTest, AFasterDriveSustainsAsManyMoreUsersAsItsBandwidthSays) {
  const double slow = users_of(run_on_drive("3", 3s, looking_for_capacity("20", "2000")));
  fs::remove(root_ + "/requests.jsonl");
  const double fast = users_of(run_on_drive("14", 3s, looking_for_capacity("20", "2000")));
  const double known = knee(demand_on_drive(14), 3) / knee(demand_on_drive(3), 3);
  printf("known %f: slow %f fast %f\n", known, slow, fast);
  ASSERT_GT(slow, 0);
  EXPECT_NEAR(fast / slow, known, 0.1 * known);
}

// At saturation 0.8 a read takes 80 ms: N = (Z + 2 x 80 ms) / D.
TEST_F(BenchScalingTest, QosHoldsAsManyMoreUsersAsTheBandwidthSays) {
  const Given given = {{"num-users", "20"}, {"autoscaler-max-users", "2000"}, {"duration", "3000"}};
  const record::Run slow = run_on_drive("3", 3s, given);
  fs::remove(root_ + "/requests.jsonl");
  const record::Run fast = run_on_drive("14", 3s, given);
  for (const ScalingStep& s : fast.autoscaling->steps) printf("%lu %f %f %f %lu %d %s\n", s.users, s.saturation.value, s.saturation.low, s.saturation.high, s.windows, s.steady, s.reason.c_str());
  printf("slow %f fast %f %lu %lu %s\n", users_of(slow), users_of(fast), fast.autoscaling->users_low.value_or(0), fast.autoscaling->users_high.value_or(0), fast.autoscaling->reason.c_str());
  EXPECT_NEAR(users_of(fast), (3 + 0.16) / demand_on_drive(14), 0.05 * users_of(fast));
  EXPECT_NEAR(users_of(fast) / users_of(slow), 14.0 / 3, 0.1 * 14 / 3);
}

}  // namespace
}  // namespace spillway::scenario
