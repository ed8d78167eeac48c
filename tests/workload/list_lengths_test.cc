// SPDX-License-Identifier: Apache-2.0
#include "workload/list_lengths.h"

#include <gtest/gtest.h>

namespace spillway::workload {
namespace {

TEST(ListLengths, AreThoseOfAHandWorkedList) {
  RequestList list;
  for (const std::uint32_t context : {7U, 2U, 4U, 5U, 4U, 5U, 4U, 9U}) {
    list.requests.push_back({.context = context, .generate = 3});
  }
  const ListLengths lengths = lengths_of(list);
  EXPECT_DOUBLE_EQ(lengths.context.mean, 5);       // 40 / 8
  EXPECT_DOUBLE_EQ(lengths.context.deviation, 2);  // squares 4+9+1+0+1+0+1+16 = 32; 32 / 8 = 2^2
  EXPECT_EQ(lengths.context.min, 2U);
  EXPECT_EQ(lengths.context.max, 9U);
  EXPECT_DOUBLE_EQ(lengths.context.p50, 4.5);  // between the fourth and the fifth, 4 and 5
  EXPECT_DOUBLE_EQ(lengths.context.p95, 8.3);  // 0.95 * 7 = 6.65: 7 + 0.65 * (9 - 7)
  EXPECT_DOUBLE_EQ(lengths.generate.deviation, 0);
}

TEST(ListLengths, OfOneRequestAreItsOwn) {
  RequestList list;
  list.requests.push_back({.context = 6});
  const ListLengths lengths = lengths_of(list);
  EXPECT_DOUBLE_EQ(lengths.context.mean, 6);
  EXPECT_DOUBLE_EQ(lengths.context.p50, 6);
  EXPECT_DOUBLE_EQ(lengths.context.p95, 6);
  EXPECT_EQ(lengths.generate.max, 0U);
}

}  // namespace
}  // namespace spillway::workload
