// SPDX-License-Identifier: Apache-2.0
#include "scenario/serving_stack.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "async/clock.h"
#include "async/group.h"
#include "cache/index.h"
#include "cache/waterfall.h"
#include "core/error.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "net/pipe.h"
#include "serve/figures_since.h"
#include "serve/metrics_pages.h"
#include "serve/replica.h"
#include "telemetry/process_usage.h"
#include "tests/text/temporary_directory.h"
#include "tier/counting_room.h"
#include "tier/modelled_store.h"

namespace spillway::scenario {
namespace {

using async::Group;
using async::Task;

// Blocks of 16 tokens of 4 KiB; the host holds 32 of them, the disk 1,024, the device keeps none.
ServeConfig small(TierMode mode) {
  ServeConfig config;
  config.engine.model = {
      .name = "small", .layers = 1, .heads = 1, .kv_heads = 8, .head_dim = 128, .source = "test"};
  config.engine.served_name = "small";
  config.engine.block_tokens = Tokens(16);
  config.engine.max_num_tokens = 4096;
  config.engine.max_batch = 16;
  config.engine.max_model_len = 8192;
  config.engine.default_max_tokens = 16;
  config.kv.mode = mode;
  config.kv.gpu = 64_MiB;
  if (mode != TierMode::b0) config.kv.cpu = 2_MiB;
  if (mode == TierMode::b2) config.kv.disk = 64_MiB;
  return config;
}

std::string prompt_of(int session, int tokens) {
  std::string prompt = R"({"model":"small","max_tokens":1,"prompt":[)";
  for (int i = 0; i < tokens; ++i) {
    prompt += (i == 0 ? "" : ",") + std::to_string(100'000 * session + i);
  }
  return prompt + "]}";
}

// Sends requests one after another over a pipe, each when what came before has settled.
class Endpoint {
 public:
  Endpoint(async::Clock& clock, const ServeConfig& config)
      : loop_(clock),
        stack_(config, loop_, pool_, std::chrono::seconds(0), [] { return net::HttpCounts(); }),
        server_(loop_,
                [this](net::HttpExchange& exchange) { return stack_.handle_frontend(exchange); }) {}

  void ask_all(const std::vector<std::string>& bodies) {
    loop_.run(stack_.prepare());
    loop_.run(async::with_group(loop_, stop_, [&](Group& group) -> Task<> {
      group.spawn(stack_.run(group.stop()));
      auto ends = net::make_pipe(loop_);
      group.spawn(server_.serve(std::move(ends.second), group.stop()));
      net::HttpClient client(loop_, std::move(ends.first));
      for (const std::string& body : bodies) {
        co_await ask(client, body, group.stop());
        co_await stack_.drain(group.stop());
      }
      client.close();
      group.stop().request();
    }));
  }

  serve::EngineFigures figures() const { return stack_.figures(); }
  bool has_block_manager() const { return stack_.has_block_manager(); }

 private:
  Task<> ask(net::HttpClient& client, const std::string& body, async::Stop& stop) {
    const net::Headers headers = {{"Host", "test"}};
    const net::HttpHead head = co_await client.send(
        net::HttpCall{
            .method = "POST", .target = "/v1/completions", .headers = headers, .body = body},
        stop);
    EXPECT_EQ(head.response.status, 200);
    while (true) {
      const net::BodyPiece piece = co_await client.read_body(stop);
      if (!piece.ok()) break;
    }
  }

  async::Pool pool_{"test", 1};
  async::Loop loop_;
  async::Stop stop_;
  ServingStack stack_;
  net::HttpServer server_;
};

// Populate 4 sessions of 16 blocks, of which the host holds 2, and ask for them again.
std::vector<std::string> replay_list() {
  std::vector<std::string> list;
  for (int round = 0; round < 2; ++round) {
    for (int session = 1; session <= 4; ++session) list.push_back(prompt_of(session, 260));
  }
  return list;
}

serve::EngineFigures in_virtual_time(const ServeConfig& config) {
  async::VirtualClock clock;
  Endpoint endpoint(clock, config);
  endpoint.ask_all(replay_list());
  return endpoint.figures();
}

TEST(ServingStackTest, WithoutTiersNothingHits) {
  const serve::EngineFigures figures = in_virtual_time(small(TierMode::b0));
  EXPECT_EQ(figures.hit_tokens, (PerTier<std::uint64_t>{}));
  EXPECT_EQ(figures.requests_completed, 8U);
}

TEST(ServingStackTest, AHostThatIsTooSmallMissesAndADiskHasAllOfIt) {
  const serve::EngineFigures host = in_virtual_time(small(TierMode::b1));
  EXPECT_EQ(host.hit_tokens, (PerTier<std::uint64_t>{}));
  const serve::EngineFigures disk = in_virtual_time(small(TierMode::b2));
  EXPECT_EQ(disk.hit_tokens, (PerTier<std::uint64_t>{0, 0, 4 * 256}));
  EXPECT_EQ(disk.moves.onboard_d2d, 64U);
}

TEST(ServingStackTest, TheClockMakesNoDifferenceToWhatHits) {
  const TemporaryDirectory directory;
  ServeConfig config = small(TierMode::b2);
  config.kv.cache_dir = directory.path();
  const serve::EngineFigures modelled = in_virtual_time(config);
  async::RealClock clock;
  {
    Endpoint endpoint(clock, config);
    endpoint.ask_all(replay_list());
    const serve::EngineFigures real = endpoint.figures();
    EXPECT_EQ(real.hit_tokens, modelled.hit_tokens);
    EXPECT_EQ(real.moves, modelled.moves);
    EXPECT_EQ(real.disk_bytes_read, 64 * 65536U);
    EXPECT_EQ(real.disk_bytes_read, modelled.disk_bytes_read);
    EXPECT_EQ(real.disk_bytes_written, real.moves.offload_h2d * 65536);
    EXPECT_EQ(real.failed_blocks, 0U);
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

// The block manager's counters, those of its pages, and the kernel's of this process tell the same:
// reads to the byte; of writes the kernel counts the file system's own as well.
TEST(ServingStackTest, TheKernelSawTheBytesThatTheCountersTell) {
  const TemporaryDirectory directory;
  ServeConfig config = small(TierMode::b2);
  config.kv.cache_dir = directory.path();
  async::RealClock clock;
  Endpoint endpoint(clock, config);
  endpoint.ask_all(replay_list());  // what the program itself reads of its file is over then
  const serve::EngineFigures earlier = endpoint.figures();
  const auto before = telemetry::read_process_io();
  endpoint.ask_all(replay_list());
  const auto after = telemetry::read_process_io();
  ASSERT_TRUE(before && after);
  const serve::EngineFigures figures = serve::figures_since(earlier, endpoint.figures());
  EXPECT_GT(figures.disk_bytes_read, 0U);
  EXPECT_EQ(after->read_bytes - before->read_bytes, figures.disk_bytes_read);
  EXPECT_GE(after->write_bytes - before->write_bytes, figures.disk_bytes_written);
  EXPECT_LE(after->write_bytes - before->write_bytes, figures.disk_bytes_written + 1'000'000);
  const std::string page = serve::kvbm_page(figures, {.model = "small"});
  EXPECT_NE(page.find(fmt::format("\nkvbm_disk_bytes_read {}\n", figures.disk_bytes_read)),
            std::string::npos);
}

// What a request is made of: a shared beginning, a session of its own, and its turn.
struct Asked {
  int session;
  std::uint64_t turn_tokens;
};

constexpr std::uint64_t kShared = 48;
constexpr std::uint64_t kSession = 130;

std::vector<Asked> mixed_list() {
  std::vector<Asked> list;
  for (int round = 0; round < 3; ++round) {
    for (int session = 1; session <= 9; session += round + 1) {
      list.push_back({.session = session, .turn_tokens = 20 + 7U * static_cast<unsigned>(session)});
    }
  }
  return list;
}

// The same as the numbers of tokens, and as named pieces.
std::string tokens_of(const Asked& asked) {
  std::string body = R"({"model":"small","max_tokens":1,"prompt":[7)";
  const auto add = [&](std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) body += ',' + std::to_string(first + i);
  };
  add(1'000'000, kShared - 1);
  add(2'000'000 + (10'000U * static_cast<unsigned>(asked.session)), kSession);
  add(3'000'000 + (10'000U * static_cast<unsigned>(asked.session)), asked.turn_tokens);
  return body + "]}";
}

kv::Prompt pieces_of(const Asked& asked) {
  const auto session = static_cast<std::uint64_t>(asked.session);
  return {.pieces = {{.id = 1, .tokens = Tokens(kShared)},
                     {.id = 100 + session, .tokens = Tokens(kSession)},
                     {.id = 200 + session, .tokens = Tokens(asked.turn_tokens)}}};
}

// Blocks that hit in each tier when the tier benchmark's replica runs the list, a request after
// another.
PerTier<std::uint64_t> hits_of_replica(const std::vector<Asked>& list) {
  async::VirtualClock clock;
  async::Loop loop(clock);
  async::Stop stop;
  tier::CountingRoom host_room(2_MiB);
  tier::CountingRoom disk_room(64_MiB);
  tier::ModelledDevice device({});
  tier::ModelledStore host_store(loop, device);
  tier::ModelledStore disk_store(loop, device);
  const cache::CacheOptions options{
      .capacity = {Bytes(0), 2_MiB, 64_MiB}, .headroom = 1, .largest_share = 1};
  cache::Index index(options, {nullptr, &host_room, &disk_room},
                     std::make_unique<cache::WaterfallLru>(options));
  cache::Cache cache(index, {nullptr, &host_store, &disk_store}, nullptr, loop, options);
  serve::Replica replica(
      loop, cache,
      {.compute = {}, .block_tokens = Tokens(16), .block_bytes = 64_KiB, .all_tiers = 66_MiB});
  PerTier<std::uint64_t> hits{};
  for (const Asked& asked : list) {
    record::RequestRow row;
    const kv::Prompt prompt = pieces_of(asked);
    row.input_tokens = kv::length(prompt).count();
    row.output_tokens = 1;
    serve::Job job(loop, row);
    replica.plan(job, prompt);
    loop.run(async::with_group(loop, stop, [&](Group& group) -> Task<> {
      co_await replica.generate(job, group, stop);
      co_await replica.settle(job, stop);
    }));
    for (const TierId tier : kAllTiers) hits[tier] += row.blocks_hit.at(index_of(tier));
  }
  return hits;
}

TEST(ServingStackTest, TheReplicaAndTheEndpointHitTheSameBlocks) {
  const std::vector<Asked> list = mixed_list();
  ServeConfig config = small(TierMode::b2);
  config.kv.write_on_evict = true;
  std::vector<std::string> bodies;
  for (const Asked& asked : list) bodies.push_back(tokens_of(asked));
  async::VirtualClock clock;
  Endpoint endpoint(clock, config);
  endpoint.ask_all(bodies);
  const PerTier<std::uint64_t> hits = hits_of_replica(list);
  EXPECT_GT(hits[TierId::cpu], 0U);
  EXPECT_GT(hits[TierId::storage], 0U);
  EXPECT_EQ(endpoint.figures().blocks_hit, hits);
}

TEST(ServingStackTest, AFailingDiskCostsComputingAndIsCounted) {
  const TemporaryDirectory directory;
  ServeConfig config = small(TierMode::b2);
  config.fault_file = directory.write(
      "faults.json", R"({"faults":[{"kind":"failing_disk","rate":1,"errno":"EIO"}]})");
  const serve::EngineFigures figures = in_virtual_time(config);
  EXPECT_EQ(figures.hit_tokens, (PerTier<std::uint64_t>{}));
  EXPECT_EQ(figures.moves.offload_h2d, 0U);
  EXPECT_GT(figures.dropped_blocks, 0U);
}

TEST(ServingStackTest, ASlowDiskIsSeenInTheFetches) {
  const TemporaryDirectory directory;
  ServeConfig config = small(TierMode::b2);
  config.fault_file =
      directory.write("faults.json", R"({"faults":[{"kind":"slow_disk","add_ms":50}]})");
  const serve::EngineFigures figures = in_virtual_time(config);
  EXPECT_GE(figures.disk_fetch.min(), 50'000'000);
  EXPECT_EQ(figures.disk_fetch.count(), 4U);
}

TEST(ServingStackTest, WritesOnEvictionWhenToldTo) {
  ServeConfig config = small(TierMode::b2);
  config.kv.write_on_evict = true;
  const serve::EngineFigures figures = in_virtual_time(config);
  // The host still has the last two sessions: nothing of theirs had to leave.
  EXPECT_EQ(figures.hit_tokens, (PerTier<std::uint64_t>{0, 512, 512}));
  EXPECT_EQ(figures.moves.offload_h2d, figures.disk_bytes_written / 65536);
}

TEST(ServingStackTest, AdaptersAreFilesThatAreLoadedAndRemoved) {
  const TemporaryDirectory directory;
  ServeConfig config = small(TierMode::b0);
  config.kv.cache_dir = directory.path();
  config.adapters = {.count = 2, .rank = 8, .size = 64_KiB, .cache = 1_MiB};
  async::RealClock clock;
  {
    Endpoint endpoint(clock, config);
    endpoint.ask_all({R"({"model":"adapter-0","prompt":"a b c","max_tokens":1})",
                      R"({"model":"small","adapter_id":"adapter-1","prompt":"a","max_tokens":1})"});
    EXPECT_EQ(endpoint.figures().requests_completed, 2U);
    EXPECT_FALSE(endpoint.has_block_manager());
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(ServingStackTest, RefusesFaultsThatCannotBeRead) {
  ServeConfig config = small(TierMode::b0);
  config.fault_file = "/nowhere/faults.json";
  async::VirtualClock clock;
  EXPECT_NE(error_of([&] { const Endpoint endpoint(clock, config); }).find("read the faults"),
            std::string::npos);
}

}  // namespace
}  // namespace spillway::scenario
