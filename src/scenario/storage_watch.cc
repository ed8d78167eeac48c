// SPDX-License-Identifier: Apache-2.0
#include "scenario/storage_watch.h"

namespace spillway::scenario {
namespace {

record::DeviceTraffic traffic(std::uint64_t operations, std::uint64_t bytes, Duration time) {
  return {.operations = operations,
          .bytes = bytes,
          .time_ns = static_cast<std::uint64_t>(time.count())};
}

}  // namespace

StorageWatch::StorageWatch(const BenchConfig& config, const SharedTiers& tiers)
    : modelled_(tiers.is_modelled(TierId::storage)), direct_(!config.buffered) {
  if (const auto& files = tiers.file_system()) device_ = files->device;
}

StorageWatch::Reading StorageWatch::read() const {
  Reading reading;
  if (device_) reading.device = telemetry::read_block_counters(device_->major, device_->minor);
  if (!modelled_) reading.process = telemetry::read_process_io();
  reading.cpu = telemetry::process_cpu_time();
  reading.wall = std::chrono::steady_clock::now();
  return reading;
}

bool StorageWatch::open() {
  const Reading reading = read();
  const MutexLock lock(mutex_);
  if (opened_) return false;
  opened_ = reading;
  return true;
}

void StorageWatch::close() {
  const Reading reading = read();
  const MutexLock lock(mutex_);
  if (!closed_ || reading.wall > closed_->wall) closed_ = reading;
}

void StorageWatch::fill(record::Run& run) {
  const record::TierCounters& storage = run.observed.tier(TierId::storage);
  record::StorageProof& proof = run.proof;
  proof.logical_read_bytes = storage.read.bytes;
  proof.logical_write_bytes = storage.write.bytes;
  const MutexLock lock(mutex_);
  if (!opened_ || !closed_) {
    proof.reason = "the window never opened";
    return;
  }
  run.cost.cpu_seconds = to_seconds(closed_->cpu - opened_->cpu);
  run.cost.wall_seconds = std::chrono::duration<double>(closed_->wall - opened_->wall).count();
  run.cost.peak_memory_bytes = telemetry::process_peak_memory_bytes();
  if (modelled_) {
    proof.reason = "the storage tier is modelled: there is no device";
    return;
  }
  proof.direct = direct_;
  if (opened_->process && closed_->process) {
    proof.process_read_bytes = closed_->process->read_bytes - opened_->process->read_bytes;
    proof.process_write_bytes = closed_->process->write_bytes - opened_->process->write_bytes;
  }
  if (opened_->device && closed_->device) {
    const telemetry::BlockCounters between = *closed_->device - *opened_->device;
    proof.device_read = traffic(between.reads, between.read_bytes, between.read_time);
    proof.device_write = traffic(between.writes, between.write_bytes, between.write_time);
  } else {
    proof.reason = "the file system has no block device whose counters could be read";
  }
}

}  // namespace spillway::scenario
