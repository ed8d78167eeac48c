// SPDX-License-Identifier: Apache-2.0
#include "report/churn_json.h"

#include <gtest/gtest.h>

namespace spillway::report {
namespace {

std::string written(const std::optional<record::DirectoryChurn>& churn) {
  text::JsonWriter json;
  write_churn(json, churn);
  return json.text();
}

TEST(ChurnJson, HasFilesAndBytesOfEachKind) {
  EXPECT_EQ(written(record::DirectoryChurn{.appeared = {.files = 2, .bytes = 20},
                                           .vanished = {.files = 1, .bytes = 5},
                                           .changed = {},
                                           .after = {.files = 7, .bytes = 70}}),
            R"({"appeared":{"files":2,"bytes":20},"vanished":{"files":1,"bytes":5},)"
            R"("changed":{"files":0,"bytes":0},"after":{"files":7,"bytes":70}})");
}

TEST(ChurnJson, WhatIsNotKnownIsNull) { EXPECT_EQ(written(std::nullopt), "null"); }

}  // namespace
}  // namespace spillway::report
