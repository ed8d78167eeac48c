// SPDX-License-Identifier: Apache-2.0
#include "report/drive_text.h"

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "core/size_text.h"
#include "report/number_text.h"
#include "report/table.h"

namespace spillway::report {
namespace {

using record::Run;
using record::TierCounters;

// One direction of the storage tier, as we and as the device saw it.
struct DriveSide {
  const stats::Traffic& blocks;
  const stats::Histogram& pieces;
  std::uint64_t logical;
  const std::optional<record::DeviceTraffic>& device;
};

std::optional<double> gigabytes_per_second(const Run& run, std::uint64_t bytes) {
  const std::optional<double> rate = per_second(bytes, run.window);
  return rate ? std::optional(*rate / 1e9) : std::nullopt;
}

std::string drive_table(const Run& run, const std::array<DriveSide, 2>& sides) {
  Table table({"", "read", "write"});
  const auto add = [&](std::string name, const auto& cell) {
    table.add({std::move(name), cell(sides[0]), cell(sides[1])});
  };
  using Side = const DriveSide&;
  add("GB/s", [&](Side s) { return number_text(gigabytes_per_second(run, s.blocks.bytes)); });
  const bool modelled = run.observed.tier(TierId::storage).modelled;
  add(modelled ? "bytes asked of the model" : "bytes asked of the kernel",
      [](Side s) { return traffic_text(s.logical); });
  add("bytes the device moved",
      [](Side s) { return s.device ? traffic_text(s.device->bytes) : kMissing; });
  add("  share of those asked", [](Side s) {
    if (!s.device || s.logical == 0) return std::string(kMissing);
    return percent_text(static_cast<double>(s.device->bytes) / static_cast<double>(s.logical));
  });
  add("latency of a block, mean ms",
      [](Side s) { return number_text(record::mean_ms(s.blocks.latency)); });
  add("latency of a piece, mean ms", [](Side s) { return number_text(record::mean_ms(s.pieces)); });
  add("latency at the device, mean ms",
      [](Side s) { return number_text(device_latency_ms(s.device)); });
  add("  ratio piece / device", [](Side s) {
    return number_text(record::ratio(record::mean_ms(s.pieces), device_latency_ms(s.device)));
  });
  add("queue depth at the device, mean",
      [&](Side s) { return number_text(device_queue_depth(s.device, run.window)); });
  return table.text();
}

std::string direct_text(const std::optional<bool>& direct) {
  if (!direct) return kMissing;
  return *direct ? "yes" : "NO";
}

}  // namespace

std::string drive_text(const Run& run) {
  const record::StorageProof& proof = run.proof;
  if (proof.logical_read_bytes + proof.logical_write_bytes == 0) return "";
  const TierCounters& storage = run.observed.tier(TierId::storage);
  const record::EngineSums& engine = run.observed.engine;

  std::string text = drive_table(run, {DriveSide{.blocks = storage.read,
                                                 .pieces = engine.read_piece,
                                                 .logical = proof.logical_read_bytes,
                                                 .device = proof.device_read},
                                       DriveSide{.blocks = storage.write,
                                                 .pieces = engine.write_piece,
                                                 .logical = proof.logical_write_bytes,
                                                 .device = proof.device_write}});
  text +=
      fmt::format("  direct I/O: {}; our queue depth while busy: {}; idle with work waiting: {}\n",
                  direct_text(proof.direct), number_text(achieved_queue_depth(engine)),
                  percent_text(ring_idle_ratio(engine)));
  if (proof.process_read_bytes || proof.process_write_bytes) {
    text += fmt::format("  the kernel charged this process with {} read, {} written\n",
                        traffic_text(proof.process_read_bytes),
                        traffic_text(proof.process_write_bytes));
  }
  if (!proof.reason.empty()) text += labelled_text("not known", proof.reason);
  return text;
}

std::string cost_text(const Run& run) {
  const stats::Histogram& turns = run.observed.engine.loop_turn;
  std::string text;
  if (run.cost.cpu_seconds) {
    text += fmt::format("  {} CPU seconds: {} s per GB of storage I/O\n",
                        number_text(run.cost.cpu_seconds), number_text(cpu_seconds_per_gb(run)));
  }
  if (turns.count() > 0) {
    text += fmt::format("  turns of the loop: p50 {} us, p99 {} us, longest {} us\n",
                        number_text(static_cast<double>(turns.quantile(0.5)) / 1e3),
                        number_text(static_cast<double>(turns.quantile(0.99)) / 1e3),
                        number_text(static_cast<double>(turns.max()) / 1e3));
  }
  if (run.cost.peak_memory_bytes) {
    text += fmt::format("  peak memory {}\n", size_text(Bytes(*run.cost.peak_memory_bytes)));
  }
  return text;
}

}  // namespace spillway::report
