// SPDX-License-Identifier: Apache-2.0
#include "analysis/goodput.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/error.h"
#include "tests/analysis/stream_row.h"

namespace spillway::analysis {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<Objective> objectives(const std::vector<std::string>& texts) {
  return read_objectives(texts);
}

// Whether the row is good from sending, and from when it was due.
std::pair<bool, bool> judged(const record::CompletionRow& row, const std::string& text) {
  GoodSums sums(objectives({text}));
  sums.add(row);
  return {sums.good() == 1, sums.good_from_due() == 1};
}

TEST(GoodputTest, BothSpellingsSayTheSame) {
  const auto vllm = objectives({"e2el:3000", "ttft:200 tpot:50"});
  const auto aiperf =
      objectives({"time_to_first_token:200,inter_token_latency:50,request_latency:3e3"});
  ASSERT_EQ(vllm.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(vllm[i].name(), kObjectiveNames.at(i));
    EXPECT_EQ(aiperf[i].metric, vllm[i].metric);
    EXPECT_EQ(aiperf[i].ms, vllm[i].ms);
  }
}

// By hand, of StreamRow: due 90, sent 100, texts 110, 120, 140, end 150.
TEST(GoodputTest, AnObjectiveIsKeptAtItsLimit) {
  const StreamRow stream;
  EXPECT_EQ(judged(stream.row, "ttft:20"), std::pair(true, true));
  EXPECT_EQ(judged(stream.row, "ttft:10"), std::pair(true, false));
  EXPECT_EQ(judged(stream.row, "ttft:9.9"), std::pair(false, false));
  EXPECT_EQ(judged(stream.row, "tpot:15"), std::pair(true, true)) << "(140 - 110) / 2";
  EXPECT_EQ(judged(stream.row, "tpot:14.9"), std::pair(false, false));
  EXPECT_EQ(judged(stream.row, "e2el:50"), std::pair(true, false));
  EXPECT_EQ(judged(stream.row, "ttft:20 tpot:15 e2el:60"), std::pair(true, true));
  EXPECT_EQ(judged(stream.row, "ttft:20 tpot:14 e2el:60"), std::pair(false, false)) << "all hold";
}

TEST(GoodputTest, AFailureIsNeverGoodHoweverFast) {
  StreamRow stream;
  stream.row.status = 500;
  EXPECT_EQ(judged(stream.row, "e2el:1000"), std::pair(false, false));
}

TEST(GoodputTest, WithoutTextThereIsNoFirst) {
  StreamRow stream;
  stream.row.contents = {};
  EXPECT_EQ(judged(stream.row, "ttft:1000"), std::pair(false, false));
  stream.row.contents = {at_ms(110)};
  EXPECT_EQ(judged(stream.row, "tpot:1"), std::pair(true, true));
}

TEST(GoodputTest, SumsBeginWithoutObjectivesAndTakeThoseOfTheirPhases) {
  const StreamRow stream;
  GoodSums phase(objectives({"e2el:50"}));
  phase.add(stream.row);
  GoodSums all;
  all.add(stream.row);
  EXPECT_EQ(all.total(), 0U) << "nothing is judged";
  all.merge(phase);
  all.merge(phase);
  EXPECT_EQ(all.total(), 2U);
  EXPECT_EQ(all.good(), 2U);
  EXPECT_EQ(all.good_from_due(), 0U);
  EXPECT_EQ(all.objectives().size(), 1U);
}

TEST(GoodputTest, RefusesWhatIsNoObjective) {
  for (const std::string text : {"ttft", "ttft:", "ttft:0", "ttft:-1", "ttft:1x", "ttft:nan",
                                 "ttft:inf", "speed:3", ":3", "ttft:5 request_latency"}) {
    EXPECT_THAT([&] { objectives({text}); }, ThrowsMessage<Error>(HasSubstr("--goodput"))) << text;
  }
  EXPECT_THAT([] { objectives({"ttft:5", "time_to_first_token:6"}); },
              ThrowsMessage<Error>(HasSubstr("two objectives for ttft")));
  EXPECT_TRUE(objectives({}).empty());
  EXPECT_TRUE(objectives({" , "}).empty());
}

}  // namespace
}  // namespace spillway::analysis
