// Queue: keeps an engine full with pieces of many objects, reads first, within a budget of bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "async/loop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "io/engine.h"
#include "io/transfer.h"
#include "stats/histogram.h"

namespace spillway::io {

struct QueueOptions {
  Bytes piece = Bytes(1U << 20U);             // 128 KiB to 1 MiB: one operation of the engine
  Bytes bytes_in_flight = Bytes(64U << 20U);  // over all pieces; also the memory of the buffers
  // After so many reads in a row a waiting write gets its turn, so that writes progress.
  std::uint32_t reads_before_write = 16;
};

// What the queue did, in integers that merge exactly. Times in nanoseconds of the loop's clock.
struct QueueFigures {
  std::uint64_t read_pieces = 0, write_pieces = 0;
  std::uint64_t read_bytes = 0, write_bytes = 0;  // that the kernel said it moved
  std::int64_t busy_ns = 0;                       // with at least one piece in the engine
  std::int64_t wanting_ns =
      0;                  // with work queued or in the engine; idle share = 1 - busy / wanting
  __int128 depth_ns = 0;  // integral of pieces in flight; over busy_ns it is the achieved depth
  stats::Histogram read_latency;   // of pieces, submit to reap
  stats::Histogram write_latency;  // of pieces, submit to reap

  void merge(const QueueFigures& other);
};

// One a shard, on top of one engine. Objects are cut into pieces, and the engine is kept full
// across and inside objects: one wait per object would mean depth 1 while configured for 32.
class Queue final : public async::Source {
 public:
  Queue(async::Loop& loop, std::unique_ptr<Engine> engine, const QueueOptions& options);
  ~Queue() override;

  // Moves all of them, side by side; returns when each is done, well or badly. One frame for any
  // number of objects. Never fails as a call: look at each transfer.
  async::Task<> move(std::span<Transfer> transfers);

  const QueueFigures& figures() const;
  // Starts the figures afresh (the measured window begins). Returns what was counted so far.
  QueueFigures take_figures();
  const Engine& engine() const;

  bool turn() override;
  int descriptor() const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::io
