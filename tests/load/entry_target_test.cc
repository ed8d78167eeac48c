// SPDX-License-Identifier: Apache-2.0
#include "load/entry_target.h"

#include <gtest/gtest.h>

#include <memory>

#include "cache/index.h"
#include "cache/waterfall.h"
#include "tier/counting_room.h"
#include "tier/modelled_store.h"

namespace spillway::load {
namespace {

TEST(EntryTarget, RecordsWhoAskedAndWhatCameOfIt) {
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
  serve::EntryReplica replica(loop, cache, {.compute = {}, .bytes_per_token = 1_MiB});
  EntryTarget target(replica);
  workload::Request request;
  request.index = 5;
  request.user = 2;
  request.qos = Qos::batch;
  request.prompt.pieces = {{.id = 1, .tokens = Tokens(16), .role = kv::Role::history},
                           {.id = 2, .tokens = Tokens(8), .role = kv::Role::fresh}};
  request.input_tokens = Tokens(24);
  request.output_tokens = Tokens(4);
  const std::unique_ptr<Flight> flight = target.prepare(request);
  loop.run(async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
    co_await target.serve(*flight, group, stop);
    co_await target.settle(*flight, stop);
  }));
  EXPECT_EQ(flight->row.index, 5U);
  EXPECT_EQ(flight->row.qos, Qos::batch);
  EXPECT_TRUE(flight->row.has(record::RequestRow::kEntries));
  EXPECT_EQ(flight->row.input_tokens, 8U) << "what the turn adds";
  EXPECT_EQ(flight->row.status, record::Status::completed);
  EXPECT_EQ(flight->row.written_bytes.back(), 8U << 20U);
}

}  // namespace
}  // namespace spillway::load
