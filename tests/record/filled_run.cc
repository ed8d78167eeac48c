// SPDX-License-Identifier: Apache-2.0
#include "tests/record/filled_run.h"

#include <string>
#include <vector>

namespace spillway::record {
namespace {

constexpr std::int64_t kMs = 1'000'000;  // ns
constexpr std::uint64_t kBlock = 2'000'000;

RequestRow row(std::uint64_t index, Status status, std::int64_t due_ms) {
  RequestRow result;
  result.index = index;
  result.status = status;
  result.due = due_ms * kMs;
  result.admitted = result.due + 1 * kMs;
  result.started = result.due + 2 * kMs;
  result.input_tokens = 100;
  result.blocks_asked = 5;
  result.tokens_asked = 100;
  if (status == Status::abandoned) return result;
  result.loaded = result.started + 3 * kMs;
  if (status == Status::failed) {
    result.done = result.loaded;
    return result;
  }
  result.first_token = result.loaded + 4 * kMs;
  result.done = result.first_token + 10 * kMs;
  result.stored = result.done + 5 * kMs;
  result.output_tokens = 10;
  result.tier_time = 3 * kMs;
  return result;
}

void add_requests(Observations& seen) {
  RequestRow first = row(1, Status::completed, 0);
  first.flags |= RequestRow::kLate;
  first.blocks_hit = {1, 0, 1};
  first.tokens_hit = 40;
  RequestRow second = row(2, Status::completed, 100);
  second.flags |= RequestRow::kOversized;
  second.blocks_hit = {0, 0, 2};
  second.tokens_hit = 40;
  RequestRow failed = row(3, Status::failed, 200);
  failed.blocks_asked = 0;
  failed.tokens_asked = 0;
  failed.input_tokens = 0;
  RequestRow abandoned = row(4, Status::abandoned, 300);
  abandoned.started = kNever;
  RequestRow early = row(0, Status::completed, -100);
  early.flags |= RequestRow::kWarmUp;
  first.flags |= RequestRow::kClassed | RequestRow::kEntries;
  first.qos = Qos::responsive;
  first.conversation = 7;
  first.entry_write = 6 * kMs;
  first.decode_read = 2 * kMs;
  first.decode_reads = 3;
  first.decode_misses = 1;
  first.generation = 8 * kMs;
  first.reuse_asked = {1, 4, 0};
  first.reuse_hit = {1, 2, 0};
  seen.targets = {
      QosTarget{.ttft_ns = 50 * kMs, .tier_time_ns = 40 * kMs},
      QosTarget{
          .ttft_ns = 100 * kMs, .tier_time_ns = 2 * kMs, .tail_ns = {60 * kMs, 8 * kMs, 90 * kMs}},
      QosTarget{.ttft_ns = 1000 * kMs, .tier_time_ns = 900 * kMs}};
  for (const RequestRow& each : {early, first, second, failed, abandoned}) seen.add(each);
}

void add_tiers(Observations& seen) {
  TierCounters& gpu = seen.tier(TierId::gpu);
  gpu.capacity_bytes = 1U << 30U;
  gpu.peak_bytes = 3 * kBlock;
  gpu.held_bytes = 2 * kBlock;
  gpu.held_blocks = 2;
  gpu.modelled = true;
  gpu.read.add(kBlock, 1 * kMs / 10);
  for (int i = 0; i < 3; ++i) gpu.write.add(kBlock, 1 * kMs / 5);
  gpu.stores = 3;
  gpu.stored_bytes = 3 * kBlock;
  gpu.demotions = 1;
  gpu.demoted_bytes = kBlock;
  gpu.promotions = 1;
  gpu.promoted_bytes = kBlock;
  gpu.demotion.add(2 * kMs);

  TierCounters& storage = seen.tier(TierId::storage);
  storage.capacity_bytes = kUnlimited.count();
  storage.peak_bytes = 4 * kBlock;
  storage.held_bytes = 3 * kBlock;
  storage.held_blocks = 3;
  for (int i = 1; i <= 3; ++i) storage.read.add(kBlock, i * kMs);
  storage.read.add_error(stats::ErrorClass::io_error);
  storage.read.add_error(stats::ErrorClass::short_transfer);
  storage.write.add(kBlock, 4 * kMs);
  storage.write.add_error(stats::ErrorClass::no_space);
  storage.demotions_in = 1;
  storage.demoted_in_bytes = kBlock;
  storage.evictions = 2;
  storage.evicted_bytes = 2 * kBlock;
  storage.bypasses = 1;
}

void add_machine(Run& run) {
  run.environment = {{.name = std::string(fact::kVersion), .value = "0.1.0"},
                     {.name = std::string(fact::kCommit), .value = "abc1234"},
                     {.name = std::string(fact::kBuildType), .value = "Release"},
                     {.name = std::string(fact::kCpuModel), .value = "Test CPU"},
                     {.name = std::string(fact::kCores), .value = std::int64_t{2}},
                     {.name = std::string(fact::kKernel), .value = "6.1.0"},
                     {.name = std::string(fact::kFileSystem), .value = "ext4"},
                     {.name = std::string(fact::kDevice), .value = "vda"},
                     {.name = std::string(fact::kDirectIo), .value = true},
                     {.name = std::string(fact::kIoEngine), .value = "io_uring"},
                     {.name = std::string(fact::kIoFeatures),
                      .value = std::vector<std::string>{"single_issuer", "cooperative"}}};
  run.proof = {
      .logical_read_bytes = 3 * kBlock,
      .logical_write_bytes = kBlock,
      .direct = true,
      .device_read = DeviceTraffic{.operations = 6, .bytes = 3 * kBlock, .time_ns = 6 * kMs},
      .device_write = DeviceTraffic{.operations = 2, .bytes = kBlock, .time_ns = 4 * kMs},
      .process_read_bytes = 3 * kBlock,
      .process_write_bytes = kBlock,
      .reason = "discards are not counted"};
  run.cost = {.cpu_seconds = 0.016, .wall_seconds = 10.0, .peak_memory_bytes = 50U << 20U};
}

void add_engine(Observations& seen) {
  seen.engine.busy_ns = 4'000'000'000;
  seen.engine.wanting_ns = 5'000'000'000;
  seen.engine.depth_ns = 32'000'000'000;
  for (int i = 0; i < 6; ++i) seen.engine.read_piece.add(2 * kMs);
  for (int i = 0; i < 2; ++i) seen.engine.write_piece.add(3 * kMs);
  seen.engine.loop_turn.add(50'000);
}

// 20 users, then 24, who were one too many.
void add_autoscaling(Run& run) {
  Autoscaling& scaling = run.autoscaling.emplace();
  scaling.mode = ScalingMode::capacity;
  scaling.target_saturation = 0.8;
  scaling.initial_users = 20;
  scaling.final_users = 24;
  scaling.users = 23;
  scaling.users_low = 21;
  scaling.users_high = 24;
  scaling.peak_tokens_per_s = 230.5;
  scaling.reason = "Peak capacity found";
  ScalingStep step;
  step.users = 20;
  step.users_sending = 20;
  step.start_ns = 1000 * kMs;
  step.measured_from_ns = 1500 * kMs;
  step.end_ns = 3500 * kMs;
  step.windows = 4;
  step.steady = true;
  step.completed = 40;
  step.sent_per_s = 20.5;
  step.completed_per_s = 20;
  step.tokens_per_s = {.value = 200, .low = 190, .high = 210};
  step.ttft_p95_ms = 12.5;
  step.tier_time_p95_ms = 11;
  step.storage_read_p95_ms = 60;
  step.storage_write_p95_ms = 7;
  step.storage_gb_per_s = 1.25;
  step.queue_depth = 3.5;
  step.saturation = {.value = 0.3, .low = 0.25, .high = 0.35};
  step.action = ScalingAction::scale_up;
  step.reason = "the first step";
  scaling.steps.push_back(step);
  step.users = 24;
  step.users_sending = 23.5;
  step.start_ns = 3500 * kMs;
  step.measured_from_ns = 4000 * kMs;
  step.end_ns = 9000 * kMs;
  step.windows = 10;
  step.tokens_per_s = {.value = 230.5, .low = 225, .high = 236};
  step.saturation = {.value = 0.9, .low = 0.8, .high = 1};
  step.action = ScalingAction::stop;
  step.reason = "Peak capacity found";
  scaling.steps.push_back(step);
}

void add_beside(Run& run) {
  run.precondition = {.target_bytes = 8 * kBlock,
                      .bytes = 7 * kBlock,
                      .writes = 7,
                      .failed = 1,
                      .elapsed_ns = 7 * kMs};
  run.io_trace = {.path = "/traces/run.csv.zst",
                  .extra_columns = true,
                  .rows = 90,
                  .lost = 10,
                  .stalls = 2,
                  .error = "write /traces/run.csv.zst: No space left on device"};
  TracedHistogram traced;
  traced.histogram.buckets = {{.low = stats::Bucket::kNoLow, .high = 64, .count = 1},
                              {.low = 64, .high = 128, .count = 98},
                              {.low = 128, .high = stats::Bucket::kNoHigh, .count = 1}};
  traced.raw = {"@d2c_read_us:", "[64, 128)             98 |@@@@|"};
  run.latency_tracing = {.reason = "bpftrace was killed",
                         .fio_job = "fio_kv_cache_workload_20260102_030405.ini",
                         .histograms = {{"d2c_read_us", traced}}};
  run.validation = {.trace = "/traces/production.json",
                    .requests = 100,
                    .hits = 41,
                    .trace_hit_ratio = 0.41,
                    .hit_ratio = 0.4,
                    .error_ratio = 0.025,
                    .passed = true};
}

}  // namespace

Run filled_run() {
  Run run;
  run.created = "2026-01-02T03:04:05Z";
  run.plan = {.hash = "00c0ffee00c0ffee",
              .requests = 1000,
              .input_tokens = 100'000,
              .output_tokens = 10'000,
              .users = 2,
              .workload = "trace \"conversation\", its first 1,000 requests"};
  run.window = {.start_ns = 1'000'000'000,
                .end_ns = 11'000'000'000,
                .warm_up_ns = 1'000'000'000,
                .clock = ClockKind::real};
  run.settings = {{.name = "model", .value = "llama3.1-8b", .origin = Origin::default_},
                  {.name = "seed", .value = std::int64_t{42}, .origin = Origin::command_line},
                  {.name = "length-scale", .value = 0.125, .origin = Origin::command_line},
                  {.name = "storage-capacity-gb",
                   .value = "unlimited",
                   .origin = Origin::resolved,
                   .asked = std::int64_t{0}}};
  add_requests(run.observed);
  add_tiers(run.observed);
  add_engine(run.observed);
  add_machine(run);
  add_autoscaling(run);
  add_beside(run);
  run.observed.verification = {.blocks = 3, .corrupted = 1};
  run.observed.add_error("storage.read.io_error", "read block 7: Input/output error");
  run.recorder = {.rows = 5, .dropped = 1, .error = "spool: No space left on device"};
  run.interrupted = Interruption::once;
  run.interrupted_by = "SIGINT";
  run.warnings = {"the device is shared"};
  grade(run);
  return run;
}

}  // namespace spillway::record
