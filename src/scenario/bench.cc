// SPDX-License-Identifier: Apache-2.0
#include "scenario/bench.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <utility>

#include "async/clock.h"
#include "async/pool.h"
#include "async/shard.h"
#include "cache/cache.h"
#include "cache/index.h"
#include "cache/policies.h"
#include "core/error.h"
#include "core/size_text.h"
#include "kv/content.h"
#include "load/driver.h"
#include "load/entry_target.h"
#include "load/replica_target.h"
#include "load/scaling.h"
#include "load/start_gate.h"
#include "record/request_log.h"
#include "record/validation_trace.h"
#include "scenario/bench_facts.h"
#include "scenario/io_trace_log.h"
#include "scenario/latency_tracing.h"
#include "scenario/observe.h"
#include "scenario/precondition.h"
#include "scenario/storage_watch.h"
#include "scenario/tiers.h"
#include "serve/entry_replica.h"
#include "serve/replica.h"

namespace spillway::scenario {
namespace {

constexpr unsigned kPoolThreads = 2;  // copies to and from RAM, and blocking file calls

// Blocks the tiers can hold at once, for the index to reserve; what is unlimited grows as it goes.
// Never more than the plan has: terabytes of virtual capacity must not cost memory.
std::size_t blocks_of(const PerTier<Bytes>& capacities, Bytes block,
                      const workload::PlanSummary& plan) {
  std::size_t blocks = 0;
  for (const Bytes capacity : capacities) {
    if (capacity != kUnlimited) blocks += capacity / block;
  }
  // An answer fills one block more than its own tokens when the prompt's last one was not full.
  const std::uint64_t answers = plan.output_tokens / plan.block_tokens + plan.requests;
  return std::min<std::size_t>(blocks, plan.blocks + answers);
}

// Enough to keep a ring full across blocks of any size, and few enough that a burst of large blocks
// does not occupy a small tier all at once.
std::size_t blocks_in_flight(Bytes block) {
  return std::clamp<std::size_t>(256_MiB / block, 4, 128);
}

Bytes all_of(const PerTier<Bytes>& capacities) {
  Bytes all;
  for (const Bytes capacity : capacities) {
    if (capacity == kUnlimited) return kUnlimited;
    all += capacity;
  }
  return all;
}

}  // namespace

// What a shard sends its requests to: blocks or whole entries.
struct ShardTarget {
  std::unique_ptr<serve::Replica> blocks;
  std::unique_ptr<serve::EntryReplica> entries;
  std::unique_ptr<load::Target> target;

  void set_origin(Time start) const {
    if (blocks) blocks->set_origin(start);
    if (entries) entries->set_origin(start);
  }
};

struct Bench::Impl {
  Impl(BenchConfig given, Settings& its_settings)
      : config(std::move(given)),
        settings(its_settings),
        plan(open_workload(config.workload)),
        token(kv::bytes_per_token(config.model, config.tensor_parallel)),
        block(token * plan->summary().block_tokens.count()) {
    if (!config.tracing.validation.empty()) {
      validation = record::read_validation_trace(config.tracing.validation);
    }
    if (config.scaling) {
      scaling = std::make_unique<load::Scaling>(*config.scaling, config.shards, control);
    }
    if (config.virtual_time) {
      clock = std::make_unique<async::VirtualClock>();
    } else {
      clock = std::make_unique<async::RealClock>();
    }
  }

  cache::CacheOptions cache_options() const {
    return {.capacity = tiers->capacities(),
            .headroom = config.headroom,
            .largest_share = config.largest_share,
            .eviction = config.eviction,
            .promote = config.promote,
            .verify = config.verify,
            .reserve_blocks = blocks_of(tiers->capacities(), block, plan->summary()),
            .blocks_in_flight = blocks_in_flight(block),
            .moves = io_trace.get()};
  }

  // Entries of 2048 tokens, as the MLPerf KV-cache benchmark writes them before a run.
  void prepare_beside() {
    if (!config.tracing.io_trace.empty()) {
      io_trace = std::make_unique<IoTraceLog>(config.tracing, *clock);
    }
    if (config.tracing.latency && tiers->file_system()) {
      latency = std::make_unique<LatencyTracing>(*tiers->file_system());
    }
    if (!config.precondition) return;
    constexpr std::uint64_t kEntryTokens = 2048;
    precondition = std::make_unique<Preconditioner>(
        *config.precondition, tiers->capacities()[TierId::storage], token * kEntryTokens);
    has_precondition = true;
  }

  load::DriverOptions driver_options(unsigned shard) const {
    load::DriverOptions options = config.driver;
    if (plan->summary().by_time) options.arrival = load::Arrival::trace;
    const std::uint64_t all = config.driver.concurrency;
    options.concurrency = all / config.shards + (shard < all % config.shards ? 1 : 0);
    options.shard = shard;
    options.shards = config.shards;
    if (scaling) options.tick = scaling->window();
    return options;
  }

  ShardTarget make_target(async::Loop& loop, cache::Cache& cache) const {
    ShardTarget made;
    if (config.workload.model == RequestModel::mlperf) {
      made.entries = std::make_unique<serve::EntryReplica>(loop, cache, entry_options());
      made.target = std::make_unique<load::EntryTarget>(*made.entries);
    } else {
      made.blocks = std::make_unique<serve::Replica>(
          loop, cache,
          serve::ReplicaOptions{.compute = config.compute,
                                .block_tokens = plan->summary().block_tokens,
                                .block_bytes = block,
                                .all_tiers = all_of(tiers->capacities())});
      made.target = std::make_unique<load::ReplicaTarget>(loop, *made.blocks);
    }
    return made;
  }

  // A limit on allocations is of all shards together, and no shard goes without.
  serve::EntryOptions entry_options() const {
    const std::uint64_t most = config.workload.most_allocations;
    return {.compute = config.compute,
            .bytes_per_token = token,
            .history = config.workload.history,
            .decode_batch = config.workload.decode_batch,
            .stores_missing = config.workload.session.halves != workload::Halves::decode_only,
            .most_allocations = most == 0 ? 0 : std::max<std::uint64_t>(most / config.shards, 1)};
  }

  void resolve_settings() {
    settings.resolve("storage-capacity-gb", tiers->capacities()[TierId::storage]);
    if (config.virtual_time) settings.resolve("storage-layout", record::Value("modelled"));
    if (!settings.is_set("request-model")) {
      settings.resolve("request-model",
                       record::Value(std::string(
                           config.workload.model == RequestModel::mlperf ? "mlperf" : "engine")));
    }
    if (!settings.is_set("arrival")) {
      settings.resolve("arrival",
                       record::Value(std::string(plan->summary().by_time ? "trace" : "closed")));
    }
  }

  async::Task<> prepare(async::Loop& loop, const ShardTiers& stores, serve::EntryReplica* entries,
                        async::Stop& stop);
  async::Task<> ingest(serve::EntryReplica& replica, async::Stop& stop) const;
  async::Task<> shard(unsigned number, async::Loop& loop, record::RequestLog& log);
  async::Task<> serve_load(unsigned number, async::Loop& loop, record::RequestLog& log);
  void cut_slice(std::uint64_t number, const load::Driver& driver, cache::Cache& cache,
                 load::Recorder& recorder) const;
  record::Run assemble(record::Observations seen, const record::RequestLogResult& rows);
  void add_beside(record::Run& run, record::IoTraceEnd end);
  record::Window window_until(Duration now) const;

  BenchConfig config;
  Settings& settings;
  std::unique_ptr<workload::Plan> plan;
  Bytes token;                                        // what one takes, on all ranks
  Bytes block;                                        // what blocks take, where there are blocks
  std::optional<record::ValidationTrace> validation;  // read and checked before anything is made
  std::unique_ptr<async::Clock> clock;
  // Made at the beginning of run().
  std::unique_ptr<SharedTiers> tiers;
  std::unique_ptr<cache::Index> index;
  std::unique_ptr<kv::BlockContent> content;  // none in virtual time: no tier holds bytes
  std::unique_ptr<async::Pool> pool;
  std::unique_ptr<load::StartGate> gate;
  std::unique_ptr<StorageWatch> watch;
  std::unique_ptr<IoTraceLog> io_trace;          // these three: none unless asked for
  std::unique_ptr<LatencyTracing> latency;       // started by shard 0, finished after the join
  std::unique_ptr<Preconditioner> precondition;  // run by shard 0
  load::Control control;
  std::unique_ptr<load::Scaling> scaling;  // none when the number of users is fixed
  load::LiveFigures live;
  std::atomic<bool> has_tiers = false;
  std::atomic<bool> has_precondition = false;
  std::atomic<Phase> phase = Phase::preparing;
  std::atomic<Time> started = Time{};
  std::string created;                       // when run() began, UTC
  std::vector<std::string> engine_features;  // written by shard 0, read after the join

  Mutex parts_mutex;
  record::Observations observed SPILLWAY_GUARDED_BY(parts_mutex);
  record::Window window SPILLWAY_GUARDED_BY(parts_mutex);
};

// What a run finds in its cache is stored before the clock of the run starts.
async::Task<> Bench::Impl::ingest(serve::EntryReplica& replica, async::Stop& stop) const {
  const workload::Corpus corpus = plan->corpus();
  for (std::size_t i = 0; i < corpus.documents.size(); ++i) {
    if (const auto oldest = corpus.replaced_by(i)) {
      co_await replica.drop(corpus.documents[*oldest], stop);
    }
    co_await replica.ingest(corpus.documents[i], stop);
  }
  co_await replica.ingest(corpus.entries, stop);
}

// What is done once for all shards, before any of them sends.
async::Task<> Bench::Impl::prepare(async::Loop& loop, const ShardTiers& stores,
                                   serve::EntryReplica* entries, async::Stop& stop) {
  if (precondition) {
    co_await precondition->run(loop,
                               {.store = stores.stores()[TierId::storage],
                                .room = tiers->rooms()[TierId::storage],
                                .content = content.get()},
                               stop);
  }
  if (entries != nullptr) co_await ingest(*entries, stop);
  if (latency && !stop.requested()) latency->start();
}

// Set-up and load of one shard; a set-up that fails must not leave the others at the gate.
async::Task<> Bench::Impl::shard(unsigned number, async::Loop& loop, record::RequestLog& log) {
  std::exception_ptr failure;
  try {
    co_await serve_load(number, loop, log);
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return;
  gate->leave(loop.now());
  control.request_stop();
  std::rethrow_exception(failure);
}

async::Task<> Bench::Impl::serve_load(unsigned number, async::Loop& loop, record::RequestLog& log) {
  ShardTiers stores(tier_config(config), *tiers, loop, *pool);
  cache::Cache cache(*index, stores.stores(), content.get(), loop, cache_options());
  const ShardTarget served = make_target(loop, cache);
  load::Target& target = *served.target;
  load::Recorder recorder(
      log, live, [&] { return cache.counters().tiers[TierId::storage].write.bytes; },
      config.workload.targets);
  async::Stop stop;
  const auto snapshot = [&] {
    record::Observations seen = recorder.so_far();
    observe(cache.counters(), seen);
    if (stores.queue() != nullptr) observe(stores.queue()->figures(), seen);
    return seen;
  };
  const auto sender = std::make_shared<load::Driver*>(nullptr);  // none before it sends, and after
  const auto set_users = [sender, &recorder](std::uint64_t step, std::uint32_t users) {
    if (*sender == nullptr) return;
    (*sender)->set_active_users(users);
    recorder.begin_step(step, (*sender)->elapsed());
  };
  control.join(number, {.loop = &loop,
                        .stop = [&] { stop.request(); },
                        .snapshot = snapshot,
                        .set_users = set_users});
  const auto opens = [&] {
    cache.take_counters();
    if (stores.queue() != nullptr) stores.queue()->take_figures();
    loop.take_turn_lengths();
    if (watch->open()) index->restart_peaks();
    if (scaling) recorder.begin_step(0, recorder.opened());
  };
  const auto closes = [&] {
    observe(cache.take_counters(), recorder.observations());
    if (stores.queue() != nullptr) observe(stores.queue()->take_figures(), recorder.observations());
    recorder.observations().engine.loop_turn.merge(loop.take_turn_lengths());
    watch->close();
    if (stores.queue() != nullptr) stores.queue()->give_up();
  };
  if (number == 0) co_await prepare(loop, stores, served.entries.get(), stop);
  const Time start = co_await gate->arrive(loop);
  if (number == 0) {
    engine_features = stores.engine_features();
    started = start;
    phase = Phase::running;
  }
  served.set_origin(start);
  const auto ticks = [&](std::uint64_t tick) { cut_slice(tick, **sender, cache, recorder); };
  load::Driver driver(loop, *plan, target, recorder, driver_options(number),
                      {.opens = opens, .closes = closes, .ticks = ticks});
  *sender = &driver;
  co_await driver.run(start, stop);
  *sender = nullptr;
  control.leave(number);
  if (scaling) scaling->leave();
  const MutexLock lock(parts_mutex);
  observed.merge(recorder.observations());
  window.start_ns = recorder.opened();
  window.end_ns = std::max(window.end_ns, recorder.closed());
}

// The counters that are taken for the slice go on record, so that the run's sums stay whole.
void Bench::Impl::cut_slice(std::uint64_t number, const load::Driver& driver, cache::Cache& cache,
                            load::Recorder& recorder) const {
  const cache::CacheCounters counters = cache.take_counters();
  observe(counters, recorder.observations());
  const cache::TierCounters& storage = counters.tiers[TierId::storage];
  load::Slice slice = recorder.cut_slice(driver.elapsed());
  slice.users = driver.sending();
  slice.storage_read = storage.read.latency;
  slice.storage_write = storage.write.latency;
  slice.storage_bytes = storage.read.bytes + storage.write.bytes;
  scaling->add(number, slice);
}

record::Run Bench::Impl::assemble(record::Observations seen, const record::RequestLogResult& rows) {
  record::Run run;
  run.created = created;
  run.plan = plan_record(plan->summary(), config);
  run.settings = settings.effective();
  run.environment = environment(config, *tiers, engine_features);
  run.observed = std::move(seen);
  for (const TierId tier : kAllTiers) {
    record::TierCounters& counters = run.observed.tier(tier);
    counters.capacity_bytes = tiers->capacities()[tier].count();
    const cache::TierUsage usage = index->usage(tier);
    counters.peak_bytes = usage.peak.count();
    counters.held_bytes = usage.used.count();
    counters.held_blocks = usage.blocks;
    counters.modelled = tiers->is_modelled(tier);
  }
  {
    const MutexLock lock(parts_mutex);
    run.window = window;
  }
  run.window.warm_up_ns = config.driver.warm_up.count();
  run.window.clock = config.virtual_time ? record::ClockKind::virtual_ : record::ClockKind::real;
  run.recorder = {.rows = rows.rows, .dropped = rows.dropped, .error = rows.error};
  watch->fill(run);
  if (scaling) {
    run.autoscaling = scaling->result();
    run.warnings.emplace_back(
        "the number of users changed: figures of the whole run mix the loads of all steps, whose "
        "own figures stand under autoscaling");
  }
  return run;
}

void Bench::Impl::add_beside(record::Run& run, record::IoTraceEnd end) {
  if (precondition) run.precondition = precondition->result();
  if (io_trace) {
    const record::IoTraceResult trace = io_trace->finish(end);
    run.io_trace = {.path = trace.path,
                    .extra_columns = config.tracing.extra,
                    .rows = trace.rows,
                    .lost = trace.lost,
                    .stalls = trace.stalls,
                    .error = trace.error};
  }
  if (validation) {
    run.validation = record::validate(*validation, record::hit_ratio(run.observed.reuse));
  }
}

// As far as it is open: a warm-up is not part of it, nor is what comes after the set duration.
record::Window Bench::Impl::window_until(Duration now) const {
  const Duration start = std::min(config.driver.warm_up, now);
  Duration end = now;
  if (config.driver.duration) end = std::min(now, config.driver.warm_up + *config.driver.duration);
  record::Window until;
  until.start_ns = start.count();
  until.end_ns = end.count();
  return until;
}

Bench::Bench(BenchConfig config, Settings& settings)
    : impl_(std::make_unique<Impl>(std::move(config), settings)) {}

Bench::~Bench() = default;

record::Run Bench::run(const std::string& requests_path) {
  Impl& it = *impl_;
  it.created = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  it.tiers = std::make_unique<SharedTiers>(tier_config(it.config), it.block);
  it.has_tiers = true;
  it.resolve_settings();
  it.prepare_beside();
  it.index =
      std::make_unique<cache::Index>(it.cache_options(), it.tiers->rooms(),
                                     cache::make_policy(it.config.policy, it.cache_options()));
  if (!it.config.virtual_time) it.content = std::make_unique<kv::BlockContent>(it.config.seed);
  it.pool = std::make_unique<async::Pool>("pool", it.config.virtual_time ? 0 : kPoolThreads);
  it.gate = std::make_unique<load::StartGate>(it.config.shards);
  it.watch = std::make_unique<StorageWatch>(it.config, *it.tiers);
  record::RequestLog log(requests_path, {.threaded = !it.config.virtual_time});
  async::run_shards(*it.clock, it.config.shards, [&](unsigned number, async::Loop& loop) {
    return it.shard(number, loop, log);
  });
  it.phase = Phase::finishing;
  const record::RequestLogResult rows = log.finish();
  record::Observations observed;
  {
    const MutexLock lock(it.parts_mutex);
    observed = it.observed;
  }
  record::Run run = it.assemble(std::move(observed), rows);
  it.add_beside(run, record::IoTraceEnd::whole);
  if (it.latency) {
    run.latency_tracing = it.latency->finish();
    if (const std::string& reason = run.latency_tracing->reason; !reason.empty()) {
      run.warnings.push_back("latency tracing: " + reason);
    }
  }
  return run;
}

// Shards that do not answer in time are left out: the process is to end within a second.
record::Run Bench::run_so_far() {
  Impl& it = *impl_;
  check(phase() != Phase::preparing, "a run has something on record once it has begun");
  record::Observations observed = it.control.collect(std::chrono::milliseconds(300));
  {
    const MutexLock lock(it.parts_mutex);
    observed.merge(it.observed);
    it.window = it.window_until(elapsed());
  }
  it.watch->close();
  record::Run run = it.assemble(
      std::move(observed),
      {.rows = 0, .dropped = 0, .error = "the rows were given up when the run was ended by force"});
  it.add_beside(run, record::IoTraceEnd::cut);
  if (it.latency) {
    run.latency_tracing = {.reason = "the run was ended by force", .fio_job = {}, .histograms = {}};
  }
  return run;
}

std::string Bench::remove_files() { return impl_->has_tiers ? impl_->tiers->remove_files() : ""; }

const workload::PlanSummary& Bench::plan() const { return impl_->plan->summary(); }
load::Control& Bench::control() { return impl_->control; }
const load::LiveFigures& Bench::live() const { return impl_->live; }
Phase Bench::phase() const { return impl_->phase; }

std::optional<std::uint32_t> Bench::scaled_users() const {
  if (!impl_->scaling) return std::nullopt;
  return impl_->scaling->users();
}

std::optional<Bench::Filled> Bench::preconditioned() const {
  if (!impl_->has_precondition) return std::nullopt;
  const Preconditioner& precondition = *impl_->precondition;
  return Filled{.target = precondition.target(), .written = precondition.written()};
}

Duration Bench::elapsed() const {
  return phase() == Phase::preparing ? Duration::zero()
                                     : impl_->clock->now() - impl_->started.load();
}

}  // namespace spillway::scenario
