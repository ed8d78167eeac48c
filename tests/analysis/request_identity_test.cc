// SPDX-License-Identifier: Apache-2.0
#include "analysis/request_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace spillway::analysis {
namespace {

using testing::ElementsAre;
using testing::Pair;

class RequestIdentityTest : public testing::Test {
 protected:
  void add(std::uint64_t index, const std::string& phase, const std::string& prompt,
           const std::string& session = "") {
    record::PromptFacts facts;
    facts.sha256 = prompt;
    facts.session_id = session;
    if (!session.empty()) facts.prefix_hash = "prefix of " + session;
    record::CallFacts call;
    call.phase = phase;
    call.params_sha256 = "params";
    record::CompletionRow row;
    row.prompt = &facts;
    row.call = &call;
    row.index = index;
    const std::string identity = "identity of " + prompt;
    const std::string payload = "payload of " + prompt;
    row.identity_sha256 = identity;
    row.payload_sha256 = payload;
    row.header_hints = {{"x-request-id", std::to_string(index)}};
    identity_.add(row);
  }

  RequestIdentity identity_;
};

TEST_F(RequestIdentityTest, CountsWhatDiffers) {
  add(1, "populate", "a", "s1");
  add(2, "populate", "b", "s1");
  add(3, "thrash", "c", "s2");
  add(4, "replay", "a", "s1");
  EXPECT_EQ(identity_.total(), 4U);
  EXPECT_EQ(identity_.unique_prompts(), 3U);
  EXPECT_EQ(identity_.unique_params(), 1U);
  EXPECT_EQ(identity_.unique_identities(), 3U);
  EXPECT_EQ(identity_.unique_payloads(), 3U);
  EXPECT_EQ(identity_.unique_prefixes(), 2U);
  EXPECT_THAT(identity_.sessions(), ElementsAre(Pair("s1", 3U), Pair("s2", 1U)));
  EXPECT_THAT(identity_.header_keys(), ElementsAre("x-request-id"));
  EXPECT_EQ(identity_.phases().at("populate").requests, 2U);
  EXPECT_THAT(identity_.phases().at("replay").prompts, ElementsAre("a"));
  EXPECT_TRUE(identity_.reuse().prompts.empty());
}

TEST_F(RequestIdentityTest, RepeatsAreInTheOrderOfSending) {
  add(2, "reuse_2", "a");
  add(1, "reuse_1", "a");
  const ReuseIdentity same = identity_.reuse();
  EXPECT_EQ(same.verdict(), "identical_inputs_confirmed");
  add(3, "reuse_3", "b");
  const ReuseIdentity other = identity_.reuse();
  EXPECT_THAT(other.prompts, ElementsAre("a", "a", "b"));
  EXPECT_FALSE(other.same_prompt());
  EXPECT_TRUE(other.same_params());
  EXPECT_EQ(other.verdict(), "identity_mismatch_detected");
}

TEST_F(RequestIdentityTest, OneRequestProvesNothing) {
  add(1, "reuse_1", "a");
  EXPECT_EQ(identity_.reuse().verdict(), "identity_mismatch_detected");
}

}  // namespace
}  // namespace spillway::analysis
