// SPDX-License-Identifier: Apache-2.0
#include "load/target.h"

#include <gtest/gtest.h>

namespace spillway::load {
namespace {

TEST(Target, ARowKnowsWhoseRequestItIs) {
  workload::Request request;
  request.index = 7;
  request.user = 3;
  request.turn = 5;
  request.conversation = 11;
  request.qos = Qos::batch;
  request.phase = RequestPhase::decode;
  request.input_tokens = Tokens(100);
  request.output_tokens = Tokens(20);
  record::RequestRow row;
  identify(request, row);
  EXPECT_EQ(row.index, 7U);
  EXPECT_EQ(row.user, 3U);
  EXPECT_EQ(row.turn, 5U);
  EXPECT_EQ(row.conversation, 11U);
  EXPECT_EQ(row.qos, Qos::batch);
  EXPECT_EQ(row.phase, RequestPhase::decode);
  EXPECT_EQ(row.input_tokens, 100U);
  EXPECT_EQ(row.output_tokens, 20U);
  EXPECT_EQ(row.due, record::kNever);
}

}  // namespace
}  // namespace spillway::load
