// SPDX-License-Identifier: Apache-2.0
#include "scenario/drive_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/sha256.h"
#include "text/json_reader.h"

namespace spillway::scenario {
namespace {

workload::DrivePhases two_phases() {
  workload::DrivePhases phases;
  workload::DrivePrompt prompt;
  prompt.id = "p-1";
  prompt.set = "short";
  prompt.text = "h\u00e9 \"x\"";
  prompt.sha256 = sha256_hex(prompt.text);
  prompt.tokens_est = 5;
  prompt.target_tokens = 6;
  phases.prompts.push_back(prompt);
  prompt.id = "p-2";
  prompt.metadata = R"({"workload":"w"})";
  prompt.prefix_hash = "aa";
  prompt.session_id = "s";
  prompt.session_turn_index = 1;
  prompt.tokens_est = 9;
  phases.prompts.push_back(prompt);
  phases.phases = {{.name = "main", .prompts = {0, 1}, .concurrency = 2},
                   {.name = "replay", .prompts = {1}, .concurrency = 1}};
  return phases;
}

DriveRequests requests() {
  return {.max_tokens = 16,
          .temperature = 0.7,
          .top_p = 1,
          .stop = {"<|eot_id|>"},
          .seed = 77,
          .stream = true,
          .record_ttfb = true,
          .engine_max_input_tokens = 8192,
          .safety_margin = 256};
}

TEST(DrivePlanTest, ParametersAreSortedAndWrittenAsPythonDoes) {
  EXPECT_EQ(generation_params_json(requests()),
            R"({"max_tokens":16,"seed":77,"stop":["<|eot_id|>"],"stream":true,)"
            R"("temperature":0.7,"top_p":1.0})");
}

TEST(DrivePlanTest, HashesAreOfCanonicalJson) {
  const workload::DrivePhases phases = two_phases();
  const DrivePlan plan(phases, requests(), "m");
  const load::PlannedCall& call = plan.phases()[0].calls[0];
  const std::string params = generation_params_json(requests());
  EXPECT_EQ(call.call->params_sha256, sha256_hex(params));
  EXPECT_EQ(call.identity_sha256,
            sha256_hex("{\"generation_params\":" + params + R"(,"model":"m","prompt_sha256":")" +
                       call.prompt->sha256 + "\"}"));
  EXPECT_EQ(call.payload_sha256,
            sha256_hex("{\"max_tokens\":16,\"model\":\"m\",\"prompt\":\"h\u00e9 \\\"x\\\"\","
                       "\"seed\":77,\"stop\":[\"<|eot_id|>\"],\"stream\":true,"
                       "\"temperature\":0.7,\"top_p\":1.0}"));
  EXPECT_EQ(plan.phases()[0].calls[1].identity_sha256, plan.phases()[1].calls[0].identity_sha256);
}

TEST(DrivePlanTest, BodiesHaveTheHarnesssMembersAndNoOthers) {
  const workload::DrivePhases phases = two_phases();
  const DrivePlan plan(phases, requests(), "m");
  const text::JsonValue body = text::parse_json(plan.phases()[0].calls[0].body, "body");
  EXPECT_EQ(body.members().size(), 8U);
  EXPECT_EQ(body.at("prompt").as_string(), "h\u00e9 \"x\"");
  EXPECT_EQ(body.at("seed").as_uint(), 77U);
  DriveRequests bare = requests();
  bare.seed.reset();
  bare.stop.clear();
  const DrivePlan without(phases, bare, "m");
  const text::JsonValue least = text::parse_json(without.phases()[0].calls[0].body, "body");
  EXPECT_EQ(least.find("seed"), nullptr);
  EXPECT_EQ(least.find("stop"), nullptr);
  DriveRequests asking = requests();
  asking.include_usage = true;
  const DrivePlan usage(phases, asking, "m");
  EXPECT_TRUE(text::parse_json(usage.phases()[0].calls[0].body, "body")
                  .at("stream_options")
                  .at("include_usage")
                  .as_bool());
}

TEST(DrivePlanTest, KnowsItsLargestRequest) {
  const workload::DrivePhases phases = two_phases();
  EXPECT_EQ(DrivePlan(phases, requests(), "m").largest_tokens(), 9U + 16U);
}

TEST(DrivePlanTest, ASanityCaseIsTheFirstPromptAgain) {
  const workload::DrivePhases phases = two_phases();
  const DrivePlan plan(phases, requests(), "m");
  const auto whole = plan.sanity_case(requests(), "m", 8, false, 3);
  ASSERT_EQ(whole->calls.size(), 3U);
  EXPECT_FALSE(whole->calls[0].call->stream);
  const text::JsonValue body = text::parse_json(whole->calls[2].body, "body");
  EXPECT_EQ(body.at("max_tokens").as_uint(), 8U);
  EXPECT_FALSE(body.at("stream").as_bool());
  EXPECT_EQ(body.at("prompt").as_string(), "h\u00e9 \"x\"");
}

TEST(DrivePlanTest, ManifestsSayWhatWillBeSent) {
  const workload::DrivePhases phases = two_phases();
  const std::string prompts = prompts_manifest(phases);
  const text::JsonValue first = text::parse_json(prompts.substr(0, prompts.find('\n')), "line");
  EXPECT_EQ(first.at("prompt_chars").as_uint(), 6U);
  EXPECT_EQ(first.at("prompt_tokens_est").as_uint(), 5U);
  EXPECT_EQ(first.find("metadata"), nullptr);
  EXPECT_EQ(std::ranges::count(prompts, '\n'), 2);
  const std::string requests = request_manifest(phases);
  EXPECT_EQ(std::ranges::count(requests, '\n'), 3);
  const text::JsonValue last =
      text::parse_json(requests.substr(requests.rfind('\n', requests.size() - 2) + 1), "line");
  EXPECT_EQ(last.at("phase").as_string(), "replay");
  EXPECT_EQ(last.at("phase_request_index").as_uint(), 1U);
  EXPECT_EQ(last.at("prompt_metadata").at("workload").as_string(), "w");
  EXPECT_EQ(last.at("session_id").as_string(), "s");
}

}  // namespace
}  // namespace spillway::scenario
