// SPDX-License-Identifier: Apache-2.0
// Whole runs in virtual time that look for a number of users that is known.
//
// A closed loop of users who each pause Z and then need D of the one server that is busiest gives
// at most 1 / D requests a second, and reaches that at N* = (D + Z) / D users: the asymptotic
// bounds of Lazowska et al., "Quantitative System Performance", section 5.2.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "scenario/bench.h"
#include "text/json_reader.h"

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

  struct Request {
    std::int64_t due = 0;
    std::int64_t done = 0;
  };
  std::vector<Request> read_requests() const {
    std::vector<Request> requests;
    std::ifstream file(root_ + "/requests.jsonl");
    for (std::string line; std::getline(file, line);) {
      const text::JsonValue row = text::parse_json(line, "requests.jsonl");
      if (row.at("done_ns").is_null()) continue;
      requests.push_back({.due = row.at("due_ns").as_int(), .done = row.at("done_ns").as_int()});
    }
    return requests;
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
}

// One accelerator computes a prompt after the other; nothing else takes time. Prompts have a
// quarter of 8192 tokens to all of them, drawn evenly.
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
}

TEST_F(BenchScalingTest, AFasterDriveSustainsAsManyMoreUsersAsItsBandwidthSays) {
  const double slow = users_of(run_on_drive("3", 3s, looking_for_capacity("20", "2000")));
  fs::remove(root_ + "/requests.jsonl");
  const double fast = users_of(run_on_drive("14", 3s, looking_for_capacity("20", "2000")));
  const double known = knee(demand_on_drive(14), 3) / knee(demand_on_drive(3), 3);
  ASSERT_GT(slow, 0);
  EXPECT_NEAR(fast / slow, known, 0.1 * known);
}

// At saturation 0.8 on its plateau a read takes 80 ms, most of it waiting: N = (Z + 2 x 80 ms) / D.
TEST_F(BenchScalingTest, QosHoldsTheUsersWhoseReadsTakeTheTargetsTime) {
  const Given given = {{"num-users", "20"}, {"autoscaler-max-users", "2000"}, {"duration", "1500"}};
  const record::Run run = run_on_drive("14", 3s, given);
  const double known = (3 + 0.16) / demand_on_drive(14);
  EXPECT_NEAR(users_of(run), known, 0.05 * known);
  EXPECT_EQ(run.window.end_ns, 1500'000'000'000);
  EXPECT_EQ(run.autoscaling->steps.back().users, run.autoscaling->users);
}

// Counted from the rows of single requests, without the code that makes the steps.
TEST_F(BenchScalingTest, AStepCountsNoRequestButItsOwn) {
  for (const char* const shards : {"1", "2"}) {
    Given given = looking_for_capacity("20", "300");
    given.emplace_back("shards", shards);
    const record::Run run = run_on_drive("3", 500ms, given);
    const std::vector<Request> requests = read_requests();
    ASSERT_GT(run.autoscaling->steps.size(), 5U);
    for (const ScalingStep& step : run.autoscaling->steps) {
      std::uint64_t own = 0;
      std::uint64_t left_behind = 0;
      for (const Request& request : requests) {
        if (request.done <= step.measured_from_ns || request.done > step.end_ns) continue;
        ++(request.due >= step.start_ns ? own : left_behind);
      }
      EXPECT_EQ(step.completed, own) << step.users << " users";
      if (step.measured_from_ns == step.start_ns && step.start_ns > 0) EXPECT_GT(left_behind, 0U);
    }
    fs::remove(root_ + "/requests.jsonl");
  }
}

// What each step asked for is what was sending, and below the knee each user sends one request in
// Z + D: the load changed, not a number.
TEST_F(BenchScalingTest, EachStepsLoadIsTheLoadThatWasAskedFor) {
  const record::Run run = run_on_drive("14", 1s, looking_for_capacity("20", "1000"));
  std::uint64_t before = 0;
  for (const ScalingStep& step : run.autoscaling->steps) {
    const auto users = static_cast<double>(step.users);
    EXPECT_NE(step.users, before);
    before = step.users;
    EXPECT_EQ(step.users_sending, users);
    if (users > 0.8 * knee(demand_on_drive(14), 1)) continue;
    const double known = users / (1 + demand_on_drive(14));
    EXPECT_NEAR(step.sent_per_s, known, 0.06 * known) << users;
  }
}

TEST_F(BenchScalingTest, ShardsDriveTheirShares) {
  Given given = looking_for_capacity("20", "1000");
  given.emplace_back("shards", "3");
  const double known = knee(demand_on_drive(14), 1);
  EXPECT_NEAR(users_of(run_on_drive("14", 1s, given)), known, 0.05 * known);
}

TEST_F(BenchScalingTest, ARunTooShortToTellSaysWhatWasMissing) {
  const record::Run qos = run_on_drive(
      "14", 1s, {{"num-users", "20"}, {"autoscaler-max-users", "100"}, {"duration", "35"}});
  const record::Autoscaling& scaling = qos.autoscaling.value();
  EXPECT_FALSE(scaling.decided());
  EXPECT_NE(scaling.reason.find("did not saturate storage"), std::string::npos) << scaling.reason;
  EXPECT_NE(scaling.reason.find("was not over"), std::string::npos) << scaling.reason;
  EXPECT_EQ(qos.window.end_ns, 35'000'000'000);
  fs::remove(root_ + "/requests.jsonl");
  const record::Run none = run_on_drive(
      "14", 1s, {{"num-users", "20"}, {"autoscaler-max-users", "100"}, {"duration", "5"}});
  EXPECT_TRUE(none.autoscaling->steps.empty());
  EXPECT_NE(none.autoscaling->reason.find("no step was long enough"), std::string::npos);
}

// A plan of 2000 requests is soon used up, and then nobody sends whatever is asked for.
TEST_F(BenchScalingTest, ALoadThatDoesNotFollowEndsTheSearch) {
  Given given = {{"autoscaler-mode", "capacity"},
                 {"num-users", "20"},
                 {"autoscaler-max-users", "100"},
                 {"max-requests", "2000"}};
  const record::Run run = run_on_drive("14", 1s, given);
  const record::Autoscaling& scaling = run.autoscaling.value();
  EXPECT_FALSE(scaling.decided());
  EXPECT_NE(scaling.reason.find("the load did not follow"), std::string::npos) << scaling.reason;
  EXPECT_EQ(scaling.steps.back().users_sending, 0);
}

TEST_F(BenchScalingTest, TheWarmUpIsInNoStep) {
  Given given = {{"num-users", "20"}, {"autoscaler-max-users", "100"}, {"duration", "30"}};
  given.emplace_back("warm-up", "7");
  given.emplace_back("autoscaler-step", "5");
  const record::Run run = run_on_drive("14", 1s, given);
  ASSERT_FALSE(run.autoscaling->steps.empty());
  EXPECT_EQ(run.autoscaling->steps.front().start_ns, 7'000'000'000);
  EXPECT_EQ(run.autoscaling->steps.front().end_ns % 500'000'000, 0);
  EXPECT_GE(run.autoscaling->steps.front().end_ns, 12'000'000'000);
}

// Counters are taken for every window and must still add up to the run's.
TEST_F(BenchScalingTest, TheRunsSumsStayWhole) {
  const Given fixed = {{"num-users", "20"}, {"duration", "60"}, {"enable-autoscaling", "off"}};
  const record::Run plain = run_on_drive("14", 1s, fixed);
  fs::remove(root_ + "/requests.jsonl");
  const Given held = {{"num-users", "20"},
                      {"duration", "60"},
                      {"autoscaler-min-users", "20"},
                      {"autoscaler-max-users", "20"}};
  const record::Run scaled = run_on_drive("14", 1s, held);
  EXPECT_GT(scaled.autoscaling->steps.size(), 2U);
  EXPECT_EQ(scaled.observed.requests.completed, plain.observed.requests.completed);
  EXPECT_EQ(scaled.observed.tier(TierId::storage).read.bytes,
            plain.observed.tier(TierId::storage).read.bytes);
  EXPECT_EQ(scaled.observed.tier(TierId::storage).read.latency,
            plain.observed.tier(TierId::storage).read.latency);
  EXPECT_FALSE(plain.autoscaling.has_value());
}

TEST_F(BenchScalingTest, UsersByTheirOwnClocksAreScaledToo) {
  Given given = looking_for_capacity("20", "1000");
  given.emplace_back("arrival", "users");
  given[0] = {"autoscaler-mode", "qos"};
  given[3] = {"duration", "600"};
  const record::Run run = run_on_drive("14", 1s, given);
  // An open loop of 1 / Z a user overflows at Z / D users.
  const double known = 1 / demand_on_drive(14);
  ASSERT_GT(run.autoscaling->steps.size(), 5U);
  EXPECT_NEAR(users_of(run), known, 0.1 * known) << run.autoscaling->reason;
}

}  // namespace
}  // namespace spillway::scenario
