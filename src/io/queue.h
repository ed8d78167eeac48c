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
  // One operation of the engine, 128 KiB to 1 MiB; a multiple of 4 KiB.
  Bytes piece = Bytes(1U << 20U);
  // Over all pieces, from taking memory until their sink has seen them; at least one piece. Bounds
  // the queue's own buffers too, which are never more than twice the depth of the engine.
  Bytes bytes_in_flight = Bytes(64U << 20U);
  // After so many reads that went before a waiting write, the write gets its turn.
  std::uint32_t reads_before_write = 16;
};

// What the queue did, in integers that merge exactly. Times in nanoseconds of the loop's clock.
struct QueueFigures {
  std::uint64_t read_pieces = 0, write_pieces = 0;  // back from the engine, well or badly
  std::uint64_t failed_pieces = 0;                  // of these: with an error, or short
  std::uint64_t read_bytes = 0, write_bytes = 0;    // that the kernel said it moved
  std::int64_t busy_ns = 0;                         // with at least one piece in the engine
  // With pieces in the engine or waiting to go there; 1 - busy / wanting is the share of time in
  // which the engine was idle although there was work for it.
  std::int64_t wanting_ns = 0;
  __int128 depth_ns = 0;  // integral of pieces in the engine; over busy_ns: the achieved depth
  // Of whole pieces, submit to reap; failed ones would pass for fast ones.
  stats::Histogram read_latency;
  stats::Histogram write_latency;

  void merge(const QueueFigures& other);
};

// One a shard, on top of one engine. Objects are cut into pieces, and the engine is kept full
// across and inside objects: one wait per object would mean depth 1 while configured for 32.
// Within a direction objects go in the order they came. A failed piece ends its object early, once
// the pieces of it that the kernel still has are back; other objects do not notice.
// Made, used and destroyed on the loop's thread; its transfers end before it does.
class Queue final : public async::Source {
 public:
  Queue(async::Loop& loop, std::unique_ptr<Engine> engine, const QueueOptions& options);
  ~Queue() override;

  // Moves all of them, side by side; returns when each is done, well or badly. One frame for any
  // number of objects. Never fails as a call: look at each transfer.
  async::Task<> move(std::span<Transfer> transfers);

  // What has not been handed to the kernel never will be: objects that wait, or lack pieces, end
  // with ECANCELED, and so does all that comes. For the end of a run, when gigabytes may be waiting
  // that nobody needs any more.
  void give_up();

  // Up to now.
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
