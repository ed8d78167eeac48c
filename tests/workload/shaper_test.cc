// SPDX-License-Identifier: Apache-2.0
#include "workload/shaper.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/text/temporary_directory.h"
#include "workload/trace_kv_cache_tester.h"
#include "workload/trace_mooncake.h"

namespace spillway::workload {
namespace {

using namespace std::chrono_literals;

const EntryFormat& mooncake() { return *mooncake_format().entry; }
const EntryFormat& agentic() { return *kv_cache_tester_format().entry; }

Request shaped(const EntryFormat& format, double length_scale, const Entry& entry) {
  Request request;
  Shaper(format, length_scale, 1.0).shape(entry, 7, 3, request);
  return request;
}

Entry entry_of(std::uint64_t input, std::vector<std::uint64_t> ids) {
  Entry entry;
  entry.input = Tokens(input);
  entry.output = Tokens(100);
  entry.block_ids = std::move(ids);
  return entry;
}

TEST(Shaper, KeepsLengthsAtScaleOne) {
  const Request request = shaped(mooncake(), 1.0, entry_of(600, {4, 5}));
  EXPECT_EQ(request.prompt.scope, 7U);
  ASSERT_EQ(request.prompt.pieces.size(), 2U);
  EXPECT_EQ(request.prompt.pieces[0].tokens, Tokens(512));
  EXPECT_EQ(request.prompt.pieces[1].id, 5U);
  EXPECT_EQ(request.prompt.pieces[1].tokens, Tokens(88));
  EXPECT_EQ(request.input_tokens, Tokens(600));
  EXPECT_EQ(request.output_tokens, Tokens(100));
}

TEST(Shaper, GivesTokensBehindTheLastIdAPieceOfTheirOwn) {
  const Request request = shaped(agentic(), 1.0, entry_of(70, {4}));
  ASSERT_EQ(request.prompt.pieces.size(), 2U);
  EXPECT_EQ(request.prompt.pieces[1].tokens, Tokens(6));
  EXPECT_EQ(request.prompt.pieces[1].id, kHighestId + 1 + 3);
  EXPECT_EQ(request.input_tokens, Tokens(70));
}

TEST(Shaper, ScalesEveryBlockAndKeepsTheirCount) {
  for (const double scale : {0.0001, 0.125, 0.3, 1.0, 2.5, 1024.0}) {
    for (const std::uint64_t input : {1U, 63U, 64U, 65U, 1000U}) {
      const Tokens block = Shaper(agentic(), scale, 1.0).block_tokens();
      EXPECT_EQ(block.count(), std::max(1.0, std::floor(64 * scale + 0.5)));
      const Request down =
          shaped(agentic(), scale, entry_of(input, std::vector<std::uint64_t>(input / 64)));
      EXPECT_EQ(kv::block_keys(down.prompt, block).size(), input / 64) << input << " x " << scale;
      const Request up = shaped(mooncake(), scale,
                                entry_of(input, std::vector<std::uint64_t>((input + 511) / 512)));
      EXPECT_EQ(kv::block_keys(up.prompt, Shaper(mooncake(), scale, 1.0).block_tokens()).size(),
                (input + 511) / 512);
    }
  }
}

TEST(Shaper, KeepsAnAnswerAnAnswer) {
  Entry entry = entry_of(64, {1});
  entry.output = Tokens(1);
  EXPECT_EQ(shaped(agentic(), 0.001, entry).output_tokens, Tokens(1));
  entry.output = Tokens(0);
  EXPECT_EQ(shaped(agentic(), 2.0, entry).output_tokens, Tokens(0));
}

TEST(Shaper, ScalesTimesToTheNearestNanosecond) {
  EXPECT_EQ(Shaper(agentic(), 1, 1).time(9007199254740993ns), 9007199254740993ns);
  EXPECT_EQ(Shaper(agentic(), 1, 0.5).time(3ns), 2ns);
  EXPECT_EQ(Shaper(agentic(), 1, 0.1).time(1s), 100ms);
  EXPECT_EQ(Shaper(agentic(), 1, 0).time(1h), 0ns);
  EXPECT_THROW(Shaper(agentic(), 1, 1e6).time(kLongestTime), Error);
}

TEST(Shaper, RefusesScalesThatAreNone) {
  for (const double bad : {0.0, -1.0, 1025.0, HUGE_VAL, std::nan("")}) {
    EXPECT_EQ(error_of([&] { Shaper(agentic(), bad, 1); }).substr(0, 13), "length scale:");
  }
  for (const double bad : {-0.1, 1e7, HUGE_VAL, std::nan("")}) {
    EXPECT_EQ(error_of([&] { Shaper(agentic(), 1, bad); }).substr(0, 11), "time scale:");
  }
}

}  // namespace
}  // namespace spillway::workload
