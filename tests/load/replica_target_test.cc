// SPDX-License-Identifier: Apache-2.0
#include "load/replica_target.h"

#include <gtest/gtest.h>

#include <memory>

#include "cache/index.h"
#include "cache/waterfall.h"
#include "tier/counting_room.h"
#include "tier/modelled_store.h"

namespace spillway::load {
namespace {

TEST(ReplicaTarget, RecordsWhoAskedAndWhatCameOfIt) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  async::Stop stop;
  tier::CountingRoom room(1_GiB);
  tier::ModelledDevice device({});
  tier::ModelledStore store(loop, device);
  const cache::CacheOptions options{.capacity = {Bytes(0), Bytes(0), 1_GiB}};
  cache::Index index(options, {nullptr, nullptr, &room},
                     std::make_unique<cache::WaterfallLru>(options));
  cache::Cache cache(index, {nullptr, nullptr, &store}, nullptr, loop, options);
  serve::Replica replica(
      loop, cache,
      {.compute = {}, .block_tokens = Tokens(16), .block_bytes = 1_MiB, .all_tiers = 1_GiB});
  ReplicaTarget target(loop, replica);
  workload::Request request;
  request.index = 5;
  request.user = 2;
  request.turn = 3;
  request.prompt.pieces = {{.id = 1, .tokens = Tokens(16)}, {.id = 2, .tokens = Tokens(16)}};
  request.input_tokens = Tokens(32);
  request.output_tokens = Tokens(4);
  const std::unique_ptr<Flight> flight = target.prepare(request);
  loop.run(async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
    co_await target.serve(*flight, group, stop);
    co_await target.settle(*flight, stop);
  }));
  EXPECT_EQ(flight->row.index, 5U);
  EXPECT_EQ(flight->row.user, 2U);
  EXPECT_EQ(flight->row.turn, 3U);
  EXPECT_EQ(flight->row.input_tokens, 32U);
  EXPECT_EQ(flight->row.output_tokens, 4U);
  EXPECT_EQ(flight->row.status, record::Status::completed);
  EXPECT_EQ(flight->row.written_bytes.back(), 2U << 20U);
}

}  // namespace
}  // namespace spillway::load
