// SPDX-License-Identifier: Apache-2.0
#include "serve/compute_model.h"

#include <gtest/gtest.h>

namespace spillway::serve {
namespace {

using namespace std::chrono_literals;

TEST(ComputeModel, IsLinearInTokens) {
  const ComputeModel model{.prefill_tokens_per_s = 8000, .decode_per_token = 30ms};
  EXPECT_EQ(model.prefill_time(Tokens(4000)), 500ms);
  EXPECT_EQ(model.decode_time(Tokens(100)), 3s);
}

TEST(ComputeModel, WithoutRatesTakesNoTime) {
  EXPECT_EQ(ComputeModel().prefill_time(Tokens(4000)), 0s);
  EXPECT_EQ(ComputeModel().decode_time(Tokens(4000)), 0s);
}

}  // namespace
}  // namespace spillway::serve
