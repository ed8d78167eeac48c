// SPDX-License-Identifier: Apache-2.0
#include "record/completion_spool.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "core/error.h"

namespace spillway::record {
namespace {

Time at(int ms) { return Time(std::chrono::milliseconds(ms)); }

class CompletionSpoolTest : public testing::Test {
 protected:
  CompletionSpoolTest() {
    call_.phase = "main";
    call_.params = "{}";
    call_.stream = true;
    row_.prompt = &prompt_;
    row_.call = &call_;
    row_.identity_sha256 = identity_;
    row_.payload_sha256 = "payload";
    row_.index = 7;
    row_.worker = 3;
    row_.start = UtcTime(std::chrono::seconds(1'700'000'000));
    row_.due = at(1);
    row_.sent = at(2);
    row_.connected = at(3);
    row_.head = at(4);
    row_.first_body = at(5);
    row_.first_event = at(6);
    row_.contents = {at(6), at(8), at(11)};
    row_.textless = {at(5), at(11)};
    row_.done = at(12);
    row_.fault = CompletionFault::cut;
    row_.error = "the answer was cut short";
    row_.status = 200;
    row_.stream_error = "an error of the stream that is longer than any short string";
    row_.first_event_type = "token";
    row_.request_id = "r";
    row_.response_id = "cmpl-1";
    row_.header_hints = {{"x-a", "1"}, {"x-b", ""}};
    row_.finish_reason = "length";
    row_.prompt_tokens = 10;
    row_.cached_tokens = 0;
    row_.text = std::string("three\0words", 11);
  }

  std::string identity_ = "identity";
  PromptFacts prompt_{
      .id = "p", .set = "short", .sha256 = "", .metadata = "", .prefix_hash = "", .session_id = ""};
  CallFacts call_;
  CompletionRow row_;
};

TEST_F(CompletionSpoolTest, ARowComesBackAsItWas) {
  std::string bytes;
  add_row(row_, bytes);
  std::string_view from = bytes;
  const CompletionRow row = take_row(from);
  EXPECT_TRUE(from.empty());
  EXPECT_EQ(row.prompt, &prompt_);
  EXPECT_EQ(to_json_line(row), to_json_line(row_));
  EXPECT_EQ(row.contents, row_.contents);
  EXPECT_EQ(row.textless, row_.textless);
  EXPECT_EQ(row.first_body, row_.first_body);
  EXPECT_EQ(row.completion_tokens, std::nullopt);
  EXPECT_EQ(row.cached_tokens, std::optional<std::uint64_t>(0));
  EXPECT_EQ(row.text.size(), 11U);
}

TEST_F(CompletionSpoolTest, RowsFollowOneAnother) {
  std::string bytes;
  add_row(row_, bytes);
  row_.index = 8;
  row_.contents.clear();
  add_row(row_, bytes);
  std::string_view from = bytes;
  EXPECT_EQ(take_row(from).index, 7U);
  const CompletionRow second = take_row(from);
  EXPECT_EQ(second.index, 8U);
  EXPECT_TRUE(second.contents.empty());
  EXPECT_TRUE(from.empty());
}

TEST_F(CompletionSpoolTest, ACutRowIsRefusedWhereverItIsCut) {
  std::string bytes;
  add_row(row_, bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view from = std::string_view(bytes).substr(0, size);
    EXPECT_THROW(take_row(from), Error) << size;
  }
}

}  // namespace
}  // namespace spillway::record
