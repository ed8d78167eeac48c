// SPDX-License-Identifier: Apache-2.0
#include "scenario/serving_stack.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "async/group.h"
#include "cache/cache.h"
#include "cache/index.h"
#include "cache/policies.h"
#include "core/error.h"
#include "kv/content.h"
#include "kv/model.h"
#include "kv/speaker.h"
#include "scenario/tiers.h"
#include "scenario/tokenizer_file.h"
#include "serve/adapters.h"
#include "serve/admission_filter.h"
#include "serve/api_server.h"
#include "serve/block_manager.h"
#include "serve/engine.h"
#include "serve/faults.h"
#include "tier/faulty_store.h"

namespace spillway::scenario {
namespace {

constexpr Bytes kInFlight = 256_MiB;               // of one load or store
constexpr std::size_t kFilterEntries = 1U << 20U;  // 16 MiB: 32 million tokens of blocks of 32

// In virtual time: the tier benchmark's modelled RAM and drive.
constexpr tier::ModelledOptions kModelledRam = {.read_latency = std::chrono::microseconds(1),
                                                .write_latency = std::chrono::microseconds(1),
                                                .read_bytes_per_s = 10e9,
                                                .write_bytes_per_s = 10e9};
constexpr tier::ModelledOptions kModelledDrive = {.read_latency = std::chrono::microseconds(80),
                                                  .write_latency = std::chrono::microseconds(20),
                                                  .read_bytes_per_s = 12e9,
                                                  .write_bytes_per_s = 9e9};

TierConfig tier_config_of(const ServeConfig& config, bool virtual_time) {
  const KvConfig& kv = config.kv;
  TierConfig tiers;
  tiers.cpu = {.capacity = kv.cpu, .model = kModelledRam};
  tiers.storage = {.capacity = kv.disk, .model = kModelledDrive};
  tiers.with_storage = kv.mode == TierMode::b2;
  tiers.layout = virtual_time ? Layout::modelled : kv.layout;
  tiers.engine = kv.engine;
  tiers.io_depth = kv.io_depth;
  tiers.cache_dir = kv.cache_dir;
  tiers.virtual_time = virtual_time;
  tiers.flags = {.cpu = "--cpu-cache-gb", .storage = "--disk-cache-gb"};
  return tiers;
}

serve::EngineOptions engine_options_of(const ServeConfig& config, Bytes block) {
  const EngineConfig& engine = config.engine;
  return {.block_tokens = engine.block_tokens,
          .block_bytes = block,
          .max_num_tokens = engine.max_num_tokens,
          .max_batch = engine.max_batch,
          .max_model_len = engine.max_model_len,
          .device_blocks = config.kv.gpu / block,
          .device_prefix_cache = engine.device_prefix_cache,
          .overlap_loads = engine.overlap_loads,
          .prefill_tokens_per_s = engine.prefill_tokens_per_s,
          .decode_step = engine.decode_step,
          .decode_step_per_request = engine.decode_step_per_request};
}

std::vector<std::string> adapter_names(std::uint32_t count) {
  std::vector<std::string> names;
  names.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) names.push_back(fmt::format("adapter-{}", i));
  return names;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw_errno("read the faults", path);
  return {std::istreambuf_iterator<char>(file), {}};
}

async::Task<> not_found(net::HttpExchange& exchange) {
  const net::ApiError error{
      .status = 404, .message = fmt::format("There is nothing at {}", exchange.request().path())};
  co_await exchange.respond(404, "application/json", net::error_body(error));
}

}  // namespace

// One index with its cache: the host's, the disk's, or both in one.
struct Level {
  Level(const PerTier<Bytes>& capacity, SharedTiers& shared, const PerTier<tier::Store*>& all,
        Bytes block, const kv::BlockContent* content, async::Loop& loop,
        std::function<bool(const kv::BlockKey&)> may_go_down = {}) {
    std::size_t blocks = 0;
    for (const Bytes bytes : capacity) blocks += bytes / block;
    const cache::CacheOptions options{
        .capacity = capacity,
        .headroom = 1,
        .largest_share = 1,
        .reserve_blocks = blocks,
        .blocks_in_flight = std::clamp<std::size_t>(kInFlight / block, 4, 128),
        .may_go_down = std::move(may_go_down)};
    PerTier<tier::Room*> rooms{};
    PerTier<tier::Store*> stores{};
    for (const TierId tier : kAllTiers) {
      if (capacity[tier] == Bytes(0)) continue;
      rooms[tier] = shared.rooms()[tier];
      stores[tier] = all[tier];
    }
    index = std::make_unique<cache::Index>(
        options, rooms, cache::make_policy(cache::policy_names().front(), options));
    cache = std::make_unique<cache::Cache>(*index, stores, content, loop, options);
  }

  std::unique_ptr<cache::Index> index;
  std::unique_ptr<cache::Cache> cache;
};

// Files of adapters, and a ring for them.
struct Adapters {
  Adapters(const ServeConfig& config, async::Loop& loop, async::Pool& pool, const TierConfig& tiers)
      : place(config.kv.cache_dir),
        queue(loop, make_engine(tiers), {}),
        files(loop, queue, pool, place.directory().path() + "/lora", config.engine.seed),
        cache(loop, files, config.adapters.cache),
        names(adapter_names(config.adapters.count)),
        size(config.adapters.size > Bytes(0)
                 ? config.adapters.size
                 : serve::adapter_size(config.engine.model, config.adapters.rank)) {}

  async::Task<> make_files() {
    for (const std::string& name : names) {
      const std::string fault = co_await files.create(name, size);
      if (!fault.empty()) throw Error(fmt::format("make the adapter {}: {}", name, fault));
    }
  }

  CachePlace place;
  io::Queue queue;
  serve::AdapterFiles files;
  serve::AdapterCache cache;
  std::vector<std::string> names;
  Bytes size;
};

struct ServingStack::Impl {
  Impl(ServeConfig given, async::Loop& its_loop, async::Pool& its_pool)
      : config(std::move(given)),
        loop(its_loop),
        pool(its_pool),
        virtual_time(loop.clock().is_virtual()),
        block(kv::bytes_per_token(config.engine.model, config.engine.tensor_parallel) *
              config.engine.block_tokens.count()),
        filter(config.kv.filter_frequency, kFilterEntries),
        content(config.engine.seed),
        tokenizer(make_tokenizer(config.engine.tokenizer)),
        speaker(*tokenizer) {}

  void build(std::chrono::seconds epoch, serve::StackPages::Counts counts) {
    if (!config.fault_file.empty()) {
      faults = serve::FaultPlan::parse(text_of(config.fault_file), config.fault_file, loop.now());
    }
    TierConfig tiers = tier_config_of(config, virtual_time);
    if (config.kv.mode != TierMode::b0) build_tiers(tiers);
    if (config.adapters.count > 0 && virtual_time) {
      throw Error("--adapters: they are real files, so not for virtual time");
    }
    if (config.adapters.count > 0) adapters = std::make_unique<Adapters>(config, loop, pool, tiers);
    engine = std::make_unique<serve::Engine>(loop, manager.get(), engine_options_of(config, block));
    build_api(epoch, std::move(counts));
  }

  void build_tiers(const TierConfig& tiers) {
    shared = std::make_unique<SharedTiers>(tiers, block);
    shard = std::make_unique<ShardTiers>(tiers, *shared, loop, pool);
    const kv::BlockContent* const bytes = virtual_time ? nullptr : &content;
    const PerTier<Bytes>& all = shared->capacities();
    const bool two = config.kv.mode == TierMode::b2 && !config.kv.write_on_evict;
    const PerTier<Bytes> upper{Bytes(0), all[TierId::cpu], two ? Bytes(0) : all[TierId::storage]};
    PerTier<tier::Store*> stores = shard->stores();
    if (stores[TierId::storage] != nullptr) {
      faulty = std::make_unique<tier::FaultyStore>(
          loop, *stores[TierId::storage], [this](const tier::BlockMove&) { return disk_fault(); });
      stores[TierId::storage] = faulty.get();
    }
    host = std::make_unique<Level>(upper, *shared, stores, block, bytes, loop,
                                   [this](const kv::BlockKey& key) { return filter.admits(key); });
    serve::ManagedTiers managed{.host = host->cache.get(), .host_index = host->index.get()};
    if (two) {
      const PerTier<Bytes> lower{Bytes(0), Bytes(0), all[TierId::storage]};
      disk = std::make_unique<Level>(lower, *shared, stores, block, bytes, loop);
      managed.disk = disk->cache.get();
      managed.disk_index = disk->index.get();
    }
    manager = std::make_unique<serve::BlockManager>(
        loop, managed, filter, serve::BlockManagerOptions{.block_bytes = block});
  }

  void build_api(std::chrono::seconds epoch, serve::StackPages::Counts counts) {
    const serve::ApiParts parts{.loop = loop,
                                .engine = *engine,
                                .tokenizer = *tokenizer,
                                .speaker = speaker,
                                .faults = faults,
                                .adapters = adapters ? &adapters->cache : nullptr};
    api = std::make_unique<serve::ApiServer>(
        parts, serve::ApiOptions{.model = config.engine.served_name,
                                 .adapters = adapter_names(config.adapters.count),
                                 .api_key = config.endpoint.api_key,
                                 .strict_fields = config.strict_fields,
                                 .oversize_drops_model = config.engine.oversize_drops_model,
                                 .default_max_tokens = config.engine.default_max_tokens,
                                 .answer_tokens = config.engine.answer_tokens,
                                 .seed = config.engine.seed,
                                 .epoch = epoch});
    pages = std::make_unique<serve::StackPages>(
        loop, *engine, faults, std::move(counts),
        serve::StackPagesOptions{.model = config.engine.served_name,
                                 .api_key = config.endpoint.api_key,
                                 .dialect = config.dialect,
                                 .adapters = adapters ? &adapters->cache : nullptr});
  }

  tier::StoreFault disk_fault() {
    const serve::DiskFault fault = faults.on_disk(loop.now());
    return {.delay = fault.delay, .error_number = fault.error_number};
  }

  const ServeConfig config;
  async::Loop& loop;
  async::Pool& pool;
  const bool virtual_time;
  const Bytes block;
  serve::FaultPlan faults;
  serve::AdmissionFilter filter;
  kv::BlockContent content;
  std::unique_ptr<kv::Tokenizer> tokenizer;
  kv::Speaker speaker;
  std::unique_ptr<SharedTiers> shared;
  std::unique_ptr<ShardTiers> shard;
  std::unique_ptr<tier::FaultyStore> faulty;  // the disk, as the plan of faults has it
  std::unique_ptr<Level> host;
  std::unique_ptr<Level> disk;
  std::unique_ptr<serve::BlockManager> manager;
  std::unique_ptr<Adapters> adapters;
  std::unique_ptr<serve::Engine> engine;
  std::unique_ptr<serve::ApiServer> api;
  std::unique_ptr<serve::StackPages> pages;
};

ServingStack::ServingStack(const ServeConfig& config, async::Loop& loop, async::Pool& pool,
                           std::chrono::seconds epoch, serve::StackPages::Counts counts)
    : impl_(std::make_unique<Impl>(config, loop, pool)) {
  impl_->build(epoch, std::move(counts));
}

ServingStack::~ServingStack() = default;

async::Task<> ServingStack::prepare() {
  if (impl_->adapters) co_await impl_->adapters->make_files();
}

async::Task<> ServingStack::run(async::Stop& stop) {
  co_await async::with_group(impl_->loop, stop, [&](async::Group& group) -> async::Task<> {
    if (impl_->manager) group.spawn(impl_->manager->run(group.stop()));
    group.spawn(impl_->engine->run(group.stop()));
    co_return;
  });
}

bool ServingStack::has_block_manager() const { return impl_->manager != nullptr; }

serve::EngineFigures ServingStack::figures() const { return impl_->engine->figures(); }

std::string ServingStack::cache_directory() const {
  return impl_->shared ? impl_->shared->directory() : "";
}

std::vector<std::string> ServingStack::remove_files() {
  std::vector<std::string> left;
  if (impl_->shared) left.push_back(impl_->shared->remove_files());
  if (impl_->adapters) {
    const bool gone = impl_->adapters->place.remove([] { return true; });
    if (!gone) left.push_back(impl_->adapters->place.directory().path());
  }
  std::erase(left, "");
  return left;
}

async::Task<> ServingStack::drain(async::Stop& stop) {
  if (impl_->manager) co_await impl_->manager->drain(stop);
}

async::Task<> ServingStack::handle_frontend(net::HttpExchange& exchange) {
  const bool api = co_await impl_->api->handle(exchange);
  if (api) co_return;
  const bool page = co_await impl_->pages->handle_frontend(exchange);
  if (!page) co_await not_found(exchange);
}

async::Task<> ServingStack::handle_system(net::HttpExchange& exchange) {
  const bool known = co_await impl_->pages->handle_system(exchange);
  if (!known) co_await not_found(exchange);
}

async::Task<> ServingStack::handle_kvbm(net::HttpExchange& exchange) {
  const bool known = co_await impl_->pages->handle_kvbm(exchange);
  if (!known) co_await not_found(exchange);
}

}  // namespace spillway::scenario
