// SPDX-License-Identifier: Apache-2.0
#include "telemetry/nvme_query.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "text/loose_json.h"

namespace spillway::telemetry {
namespace {

CommandAnswer out(const std::string& text) {
  CommandAnswer answer;
  answer.success = true;
  answer.return_code = 0;
  answer.out = text;
  return answer;
}

CommandAnswer failure(const std::string& error, const std::string& text = "") {
  CommandAnswer answer;
  answer.return_code = 1;
  answer.error = error;
  answer.out = text;
  return answer;
}

// Answers by what was asked; anything else is refused.
RunCommand table(std::map<std::string, CommandAnswer> answers) {
  return [answers = std::move(answers)](const std::vector<std::string>& command) {
    const auto found = answers.find(command_text(command));
    return found == answers.end() ? failure("unknown option") : found->second;
  };
}

TEST(NvmeQuery, TheFirstSpellingThatIsUnderstoodCounts) {
  const record::NvmeQuery query = query_nvme(
      table({{"nvme id-ctrl /dev/nvme0 -o json", out(R"({"mn": "X"})")}}), "id-ctrl", "/dev/nvme0");
  EXPECT_TRUE(query.success());
  EXPECT_TRUE(query.payload_ok);
  ASSERT_EQ(query.attempts.size(), 2U);
  EXPECT_FALSE(query.attempts[0].success);
  EXPECT_EQ(query.attempts[0].error, "unknown option");
  EXPECT_EQ(query.attempts[1].format, "json");
}

TEST(NvmeQuery, TheControllersFirstNamespaceIsTriedAsWell) {
  const record::NvmeQuery query =
      query_nvme(table({{"nvme smart-log /dev/nvme1n1", out("temperature : 30 C\n")}}), "smart-log",
                 "/dev/nvme1");
  EXPECT_TRUE(query.success());
  EXPECT_EQ(query.attempts.size(), 8U);
  EXPECT_EQ(query.attempts.back().device, "/dev/nvme1n1");
  EXPECT_EQ(query.attempts.back().format, "normal");
  EXPECT_EQ(query_nvme(table({}), "id-ns", "/dev/nvme1n1").attempts.size(), 4U)
      << "of a namespace there is no other";
}

TEST(NvmeQuery, JsonCountsWhateverTheStatus) {
  const record::NvmeQuery query = query_nvme(
      table({{"nvme id-ctrl /dev/nvme0 --output-format=json", failure("", R"({"mn": "X"})")}}),
      "id-ctrl", "/dev/nvme0");
  EXPECT_TRUE(query.success());
  EXPECT_EQ(query.attempts.size(), 1U);
}

TEST(NvmeQuery, AComplaintIsNoAnswer) {
  const record::NvmeQuery json = query_nvme(
      table({{"nvme id-ctrl /dev/nvme0 --output-format=json", out(R"({"error": "EPERM"})")}}),
      "id-ctrl", "/dev/nvme0");
  EXPECT_TRUE(json.success());
  EXPECT_FALSE(json.payload_ok);
  const record::NvmeQuery text =
      query_nvme(table({{"nvme id-ctrl /dev/nvme0", out("open: Permission denied\n")}}), "id-ctrl",
                 "/dev/nvme0");
  EXPECT_TRUE(text.success());
  EXPECT_FALSE(text.payload_ok);
}

TEST(NvmeQuery, WhatIsNoJsonIsAskedInAnotherSpelling) {
  const record::NvmeQuery query =
      query_nvme(table({{"nvme id-ctrl /dev/nvme0 --output-format=json", out("mn : X")},
                        {"nvme id-ctrl /dev/nvme0 --output-format=normal", out("mn : X")}}),
                 "id-ctrl", "/dev/nvme0");
  EXPECT_EQ(query.attempts.size(), 3U);
  EXPECT_EQ(query.attempts[0].error, "the answer is not JSON");
  EXPECT_EQ(std::get<std::string>(query.payload), "mn : X");
}

TEST(NvmeQuery, AMissingToolIsAskedOnce) {
  const record::NvmeQuery query =
      query_nvme([](const std::vector<std::string>&) { return failure(kCommandNotFound); },
                 "id-ctrl", "/dev/nvme0");
  EXPECT_FALSE(query.success());
  EXPECT_EQ(query.attempts.size(), 1U);
}

}  // namespace
}  // namespace spillway::telemetry
