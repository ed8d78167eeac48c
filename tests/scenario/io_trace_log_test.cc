// SPDX-License-Identifier: Apache-2.0
#include "scenario/io_trace_log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "record/io_trace_reader.h"
#include "serve/cause.h"
#include "tests/text/temporary_directory.h"

namespace spillway::scenario {
namespace {

using namespace std::chrono_literals;
using Kind = cache::Move::Kind;
using Purpose = cache::Move::Purpose;
using record::IoOperation;
using record::IoPhase;

cache::Move move(Kind kind, Purpose purpose, TierId tier) {
  record::RequestRow row;
  row.index = 17;
  row.user = 3;
  return {.decided = Time(1500ms),
          .key = {.high = 1, .low = 2},
          .size = Bytes(4096),
          .tier = tier,
          .kind = kind,
          .purpose = purpose,
          .cause = serve::cause_of(row)};
}

TEST(IoTraceLog, WritesWhatIsMovedForWhomAndWhy) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("trace.csv");
  const async::VirtualClock clock;
  IoTraceLog log({.io_trace = path, .extra = true, .validation = {}}, clock);
  log.add(move(Kind::write, Purpose::store, TierId::gpu));
  log.add(move(Kind::read, Purpose::use, TierId::cpu));
  log.add(move(Kind::removal, Purpose::room, TierId::storage));
  EXPECT_EQ(log.finish(record::IoTraceEnd::whole).rows, 3U);
  const std::vector<record::IoTraceRow> rows = record::read_io_trace(path);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].time, 1500ms) << "since the start of virtual time";
  EXPECT_EQ(rows[0].operation, IoOperation::write);
  EXPECT_EQ(rows[0].phase, IoPhase::prefill);
  EXPECT_EQ(rows[0].tier, TierId::gpu);
  EXPECT_EQ(rows[0].size, Bytes(4096));
  EXPECT_EQ(rows[0].request, 17U);
  EXPECT_EQ(rows[0].conversation, 3U);
  EXPECT_EQ(rows[1].operation, IoOperation::read);
  EXPECT_EQ(rows[1].phase, IoPhase::decode);
  EXPECT_EQ(rows[2].operation, IoOperation::remove);
  EXPECT_EQ(rows[2].phase, IoPhase::evict);
}

TEST(IoTraceLog, WhatNobodyAskedForHasNoCauseAndRealTimeHasADate) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("trace.csv");
  const async::RealClock clock;
  IoTraceLog log({.io_trace = path, .extra = true, .validation = {}}, clock);
  cache::Move ingest = move(Kind::write, Purpose::store, TierId::storage);
  ingest.cause = {};
  ingest.decided = clock.now();
  log.add(ingest);
  log.finish(record::IoTraceEnd::whole);
  const std::vector<record::IoTraceRow> rows = record::read_io_trace(path);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_FALSE(rows[0].request.has_value());
  EXPECT_FALSE(rows[0].conversation.has_value());
  const Duration now = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_NEAR(to_seconds(rows[0].time), to_seconds(now), 60);
}

}  // namespace
}  // namespace spillway::scenario
