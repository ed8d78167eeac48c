// SPDX-License-Identifier: Apache-2.0
#include "kv/estimator.h"

#include <gtest/gtest.h>

#include <string>

namespace spillway::kv {
namespace {

// The counts are those of Python's len(re.findall(r"\w+|[^\w\s]", text)).
void expect_tokens(std::string_view text, std::size_t tokens) {
  const auto estimator = make_estimator();
  std::vector<TokenId> ids;
  estimator->encode(text, ids);
  EXPECT_EQ(ids.size(), tokens) << text;
  EXPECT_EQ(estimator->count(text), tokens) << text;
}

TEST(Estimator, IsCalledHeuristic) { EXPECT_EQ(make_estimator()->name(), "heuristic"); }

TEST(Estimator, CountsWordsAndMarks) {
  expect_tokens("", 0);
  expect_tokens(" \t\n", 0);
  expect_tokens("Hello, world!", 4);
  expect_tokens("don't", 3);
  expect_tokens("a_b9 3.14", 4);
  expect_tokens("<|eot_id|>", 5);
  expect_tokens("...", 3);
}

TEST(Estimator, TakesSeparatorsForSpacesAsPythonDoes) {
  expect_tokens(
      "a\x1c"
      "b\x1d"
      "c\x1e"
      "d\x1f"
      "e",
      5);
  expect_tokens(
      "a\x1b"
      "b",
      3);
  expect_tokens(std::string("a\0b", 3), 3);
}

TEST(Estimator, KnowsLettersDigitsAndSpacesOfOtherScripts) {
  expect_tokens("na\u00efve caf\u00e9", 2);
  expect_tokens("\u65e5\u672c\u8a9e\u3002", 2);  // three ideographs and a full stop
  expect_tokens("\u0661\u0662 x\u00b2", 2);      // Arabic digits; a superscript is a number
  expect_tokens("a\u00a0b\u3000c\u0085d", 4);    // no-break, ideographic, next line
  expect_tokens("\U0001F600\U0001F600", 2);      // two faces
  expect_tokens("e\u0301a", 3);                  // a combining accent is no letter
  expect_tokens("\u201cso\u201d", 3);
}

TEST(Estimator, CountsEachByteThatIsNotUtf8AsOneMark) {
  expect_tokens("\xff\xfe", 2);
  expect_tokens("a\xc3", 2);         // cut off
  expect_tokens("\xe2\x82 x", 3);    // cut off in the middle
  expect_tokens("\xc0\xaf", 2);      // overlong
  expect_tokens("\xed\xa0\x80", 3);  // a surrogate
}

TEST(Estimator, GivesATokenTheSameIdWhereverItStands) {
  std::vector<TokenId> ids;
  const auto estimator = make_estimator();
  estimator->encode("one two", ids);
  estimator->encode("two,one", ids);
  ASSERT_EQ(ids.size(), 5U);
  EXPECT_EQ(ids[0], ids[4]);
  EXPECT_EQ(ids[1], ids[2]);
  EXPECT_NE(ids[0], ids[1]);
}

}  // namespace
}  // namespace spillway::kv
