// SPDX-License-Identifier: Apache-2.0
#include "workload/document_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "kv/estimator.h"
#include "workload/chat_template.h"

namespace spillway::workload {
namespace {

Random stream(std::uint64_t seed) { return Random({.seed = seed, .purpose = Purpose::prompt}); }

TEST(DocumentTextTest, HasItsShape) {
  Random random = stream(1);
  const std::string text = document_text("doc-7", 100, random);
  EXPECT_TRUE(text.starts_with("Document doc-7\nTopic: "));
  const std::size_t second = text.find("Section 2:");
  ASSERT_NE(second, std::string::npos);
  const std::string first = text.substr(text.find("Section 1:"), second - text.find("Section 1:"));
  EXPECT_EQ(std::ranges::count(first, '-') - 1, 6) << first;  // and one in "follow-up"
  EXPECT_TRUE(first.ends_with("Checklist 1: owner, date, evidence, follow-up.\n\n"));
  Random again = stream(1);
  EXPECT_EQ(document_text("doc-7", 100, again), text);
  Random other = stream(2);
  EXPECT_NE(document_text("doc-7", 100, other), text);
}

// Both ways: a document is about four fifths of its target long, and may be far too long.
TEST(DocumentTextTest, TunedTextsMeetTheirTargetWithTheFrameWhole) {
  const auto tokenizer = kv::make_estimator();
  Random random = stream(3);
  const std::string text = document_text("d", 2048, random);
  for (const std::uint64_t target : {300U, 1024U, 2048U, 8192U}) {
    const std::string tuned = tuned_text(text, target, *tokenizer, wrap_llama3);
    const std::string prompt = wrap_llama3(tuned);
    const auto count = static_cast<double>(tokenizer->count(prompt));
    EXPECT_NEAR(count, static_cast<double>(target), static_cast<double>(kTuningTolerance));
    EXPECT_TRUE(prompt.ends_with("<|start_header_id|>assistant<|end_header_id|>\n\n"));
    EXPECT_TRUE(tuned.starts_with("Document d\n"));
  }
}

TEST(DocumentTextTest, NothingIsLeftForATargetBelowTheFrame) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "b ";
  EXPECT_EQ(tuned_text(text, 1, *kv::make_estimator(), wrap_llama3), "");
}

}  // namespace
}  // namespace spillway::workload
