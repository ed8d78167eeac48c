// SPDX-License-Identifier: Apache-2.0
#include "core/request_class.h"

#include <gtest/gtest.h>

namespace spillway {
namespace {

TEST(RequestClass, NamesAreFoundAgain) {
  for (const Qos qos : kAllQos) EXPECT_EQ(find_qos(name_of(qos)), qos);
  for (const RequestPhase phase :
       {RequestPhase::both, RequestPhase::prefill, RequestPhase::decode}) {
    EXPECT_EQ(find_request_phase(name_of(phase)), phase);
  }
}

TEST(RequestClass, OtherTextIsNoName) {
  EXPECT_EQ(find_qos("Interactive"), std::nullopt);
  EXPECT_EQ(find_qos(""), std::nullopt);
  EXPECT_EQ(find_request_phase("prefill_decode"), std::nullopt);
}

TEST(RequestClass, TheMostUrgentComesFirst) {
  EXPECT_LT(index_of(Qos::interactive), index_of(Qos::responsive));
  EXPECT_LT(index_of(Qos::responsive), index_of(Qos::batch));
}

}  // namespace
}  // namespace spillway
