// A loop on the machine's clock with a queue over a real engine, for tests of stores on disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "async/loop.h"
#include "async/task.h"
#include "io/faulty_engine.h"
#include "io/queue.h"
#include "io/thread_engine.h"
#include "kv/content.h"
#include "tests/tier/reserved.h"
#include "tier/content_io.h"
#include "tier/store.h"

namespace spillway::tier {

inline const kv::BlockContent kContent(7);

inline kv::BlockKey key_number(std::uint64_t n) {
  return {.high = 0x1234'5678'9abc'def0 * (n + 1), .low = n};
}

// Threads instead of a ring: they work wherever the tests do.
inline std::unique_ptr<io::Engine> real_engine() { return io::make_thread_engine({.depth = 8}); }

// Runs `body(loop, queue)`, a coroutine, to its end.
template <typename Body>
void run_with_queue(const Body& body, std::unique_ptr<io::Engine> engine = real_engine()) {
  async::RealClock clock;
  async::Loop loop(clock);
  const auto root = [&]() -> async::Task<> {
    io::Queue queue(loop, std::move(engine),
                    {.piece = 128_KiB, .bytes_in_flight = 4_MiB, .reads_before_write = 16});
    co_await body(loop, queue);
  };
  loop.run(root());
}

// The same with an engine that breaks what the rule says.
template <typename Body>
void run_with_faults(io::FaultRule rule, const Body& body) {
  run_with_queue(body, std::make_unique<io::FaultyEngine>(real_engine(), std::move(rule)));
}

// Blocks with content, placed by a room, and their ends.
class Blocks {
 public:
  Blocks(Room& room, std::size_t count, Bytes size) {
    for (std::size_t i = 0; i < count; ++i) {
      const kv::BlockKey key = key_number(i);
      sources_.push_back(std::make_unique<ContentSource>(kContent, key));
      sinks_.push_back(std::make_unique<VerifyingSink>(kContent, key, kv::Verify::all));
      moves_.push_back({.key = key,
                        .placement = reserved(room, key, size),
                        .size = size,
                        .source = sources_.back().get(),
                        .sink = sinks_.back().get()});
    }
  }

  std::vector<BlockMove>& moves() { return moves_; }
  VerifyingSink& sink(std::size_t i) { return *sinks_[i]; }

 private:
  std::vector<std::unique_ptr<ContentSource>> sources_;
  std::vector<std::unique_ptr<VerifyingSink>> sinks_;
  std::vector<BlockMove> moves_;
};

}  // namespace spillway::tier
