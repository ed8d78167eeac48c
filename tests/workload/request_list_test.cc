// SPDX-License-Identifier: Apache-2.0
#include "workload/request_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/text/temporary_directory.h"
#include "tests/workload/traces.h"

namespace spillway::workload {
namespace {

using testing::HasSubstr;

constexpr const char* kLine = R"({"context_tokens":1,"generate_tokens":2})";

TEST(RequestListOf, IsReadInTheFormatThatItHas) {
  const TemporaryDirectory directory;
  const auto format_of = [](const std::string& path) { return read_request_list(path).format; };
  EXPECT_EQ(format_of(excerpt("sharegpt/glaive_head.json")), "sharegpt");
  EXPECT_EQ(format_of(excerpt("burstgpt/burstgpt_1_head.csv")), "burstgpt");
  EXPECT_EQ(format_of(excerpt("burstgpt")), "burstgpt");
  EXPECT_EQ(format_of(excerpt("burstgpt/*_3_*.csv")), "burstgpt");
  EXPECT_EQ(format_of(excerpt("azure/conv_head.csv")), "azure");
  EXPECT_EQ(format_of(directory.write("a", std::string(" \n") + kLine)), "requests");
}

TEST(RequestListOf, HasNoMoreRequestsThanAreAskedFor) {
  const TemporaryDirectory directory;
  const ListOptions options{.max_requests = 2};
  const std::string lines = directory.write("a", std::string(kLine) + "\n" + kLine + "\n" + kLine);
  for (const std::string& path :
       {excerpt("sharegpt/glaive_head.json"), excerpt("burstgpt"), excerpt("azure"), lines}) {
    EXPECT_EQ(read_request_list(path, options).requests.size(), 2U) << path;
  }
}

TEST(RequestListOf, KeepsTheLimitsForShareGpt) {
  const RequestList list = read_request_list(
      excerpt("sharegpt/glaive_head.json"),
      {.sharegpt = {
           .max_conversations = 1, .max_context_tokens = 20, .max_generation_tokens = 30}});
  EXPECT_EQ(list.conversations, 1U);
  EXPECT_EQ(list.requests.at(0).context, 20U);  // of 22
  EXPECT_EQ(list.requests.at(0).generate, 19U);
  EXPECT_EQ(list.requests.at(1).generate, 30U);  // of 46
}

TEST(RequestListOf, IsRefusedWithTheNamesOfTheFormats) {
  const TemporaryDirectory directory;
  for (const char* content :
       {"a,b\n1,2\n", "garbage", "{\"timestamp\":0,\"input_length\":5}\n", "\xFF\xFE\x00"}) {
    const std::string path = directory.write("a", content);
    const std::string fault = error_of([&] { read_request_list(path); });
    EXPECT_THAT(fault, HasSubstr(path + ":1: expected a list of requests: "));
    for (const char* name : {"ShareGPT", "BurstGPT", "Azure", "context_tokens"}) {
      EXPECT_THAT(fault, HasSubstr(name));
    }
  }
}

TEST(RequestListOf, IsRefusedWhenThereIsNone) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("a", " \n\n");
  EXPECT_EQ(error_of([&] { read_request_list(path); }),
            path + ":1: expected a list of requests, found an empty file");
  EXPECT_THAT(error_of([&] { read_request_list(directory.file("missing")); }),
              HasSubstr("No such file"));
  EXPECT_THAT(error_of([&] { read_request_list(directory.path()); }), HasSubstr("found none"));
}

}  // namespace
}  // namespace spillway::workload
