// What every engine that reaches a device promises, on real files past the page cache.
// SPDX-License-Identifier: Apache-2.0
#include "io/engine.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>

#include "async/loop.h"
#include "core/aligned_buffer.h"
#include "io/queue.h"
#include "io/thread_engine.h"
#include "io/uring_engine.h"
#include "tests/io/patterns.h"
#include "tests/io/test_files.h"

namespace spillway::io {
namespace {

constexpr std::uint32_t kDepth = 8;

struct Kind {
  const char* name;
  std::unique_ptr<Engine> (*make)();
};

class EngineContract : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    const std::string reason = directory.no_direct_io();
    if (!reason.empty()) GTEST_SKIP() << reason;
    try {
      engine = GetParam().make();
    } catch (const Error& error) {
      GTEST_SKIP() << error.what();
    }
    file = open_file(directory.file("data"), {.create = true, .preallocate = 1_MiB});
  }

  Operation operation(Direction direction, std::uint64_t place, std::uint64_t tag) const {
    return {.direction = direction,
            .file = file.get(),
            .offset = place * 4096,
            .data = memory.bytes().data() + place * 4096,
            .length = 4096,
            .tag = tag};
  }
  // One in each of the first `count` places, which are their tags as well.
  std::vector<Operation> operations(Direction direction, std::uint64_t count) const {
    std::vector<Operation> all(count);
    for (std::uint64_t i = 0; i < count; ++i) all[i] = operation(direction, i, i);
    return all;
  }
  // Waits on the descriptor, as a loop does, until `count` have completed.
  std::map<std::uint64_t, std::int64_t> wait_for(std::size_t count) {
    std::map<std::uint64_t, std::int64_t> results;
    while (results.size() < count) {
      pollfd ready{.fd = engine->descriptor(), .events = POLLIN, .revents = 0};
      EXPECT_EQ(::poll(&ready, 1, 30'000), 1) << "no completion was announced";
      if (ready.revents == 0) break;
      std::uint64_t rings = 0;
      EXPECT_EQ(::read(engine->descriptor(), &rings, sizeof rings), ssize_t{sizeof rings});
      std::array<Completion, 3> some;
      while (const std::size_t got = engine->reap(some)) {
        for (std::size_t i = 0; i < got; ++i) results[some.at(i).tag] = some.at(i).result;
      }
    }
    return results;
  }

  TestDirectory directory;
  AlignedBuffer memory = AlignedBuffer(1_MiB);  // must outlive what is in flight
  UniqueFd file;
  std::unique_ptr<Engine> engine;
};

TEST_P(EngineContract, WritesAndReadsBackWithTheTagsItWasGiven) {
  PatternSource(1).supply(Bytes(0), memory.bytes());
  for (std::uint64_t i = 0; i < 5; ++i) {
    const Operation write = operation(Direction::write, i, 100 + i);
    EXPECT_EQ(engine->submit({&write, 1}), 1U);
  }
  auto results = wait_for(5);
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(results.at(100 + i), 4096);

  std::fill(memory.bytes().begin(), memory.bytes().end(), std::byte{0});
  std::vector<Operation> reads = operations(Direction::read, 5);
  EXPECT_EQ(engine->submit(reads), 5U);
  wait_for(5);
  PatternSink sink(1);
  sink.take(Bytes(0), memory.bytes().first(std::size_t{5} * 4096));
  EXPECT_EQ(sink.right, std::uint64_t{5} * 4096);
}

TEST_P(EngineContract, TreatsLentMemoryLikeAnyOther) {
  engine->lend(memory.bytes().first(std::size_t{4} * 4096));
  PatternSource(5).supply(Bytes(0), memory.bytes());
  std::vector<Operation> both = operations(Direction::write, 8);
  EXPECT_EQ(engine->submit(both), 8U);
  for (const auto& [tag, result] : wait_for(8)) EXPECT_EQ(result, 4096) << tag;
  std::fill(memory.bytes().begin(), memory.bytes().end(), std::byte{0});
  for (Operation& one : both) one.direction = Direction::read;
  EXPECT_EQ(engine->submit(both), 8U);
  wait_for(8);
  PatternSink sink(5);
  sink.take(Bytes(0), memory.bytes().first(std::size_t{8} * 4096));
  EXPECT_EQ(sink.right, std::uint64_t{8} * 4096);
}

TEST_P(EngineContract, AcceptsNoMoreThanItsDepth) {
  EXPECT_EQ(engine->depth(), kDepth);
  std::vector<Operation> writes = operations(Direction::write, std::uint64_t{3} * kDepth);
  EXPECT_EQ(engine->submit(writes), kDepth);
  EXPECT_EQ(engine->submit(writes), 0U);
  wait_for(kDepth);
  EXPECT_EQ(engine->submit(std::span(writes).first(2)), 2U);
  wait_for(2);
}

TEST_P(EngineContract, AFailureIsACompletionAndNothingElse) {
  Operation bad = operation(Direction::read, 0, 1);
  bad.file = -1;
  const Operation good = operation(Direction::write, 1, 2);
  const std::array both = {bad, good};
  EXPECT_EQ(engine->submit(both), 2U);
  auto results = wait_for(2);
  EXPECT_EQ(results.at(1), -EBADF);
  EXPECT_EQ(results.at(2), 4096);
}

TEST_P(EngineContract, ReadsNothingBehindTheEndOfTheFile) {
  Operation beyond = operation(Direction::read, 0, 1);
  beyond.offset = 2U << 20U;
  EXPECT_EQ(engine->submit({&beyond, 1}), 1U);
  EXPECT_EQ(wait_for(1).at(1), 0);
}

TEST_P(EngineContract, FinishesWhatItTookBeforeItGoes) {
  PatternSource(3).supply(Bytes(0), memory.bytes());
  std::vector<Operation> writes = operations(Direction::write, kDepth);
  EXPECT_EQ(engine->submit(writes), kDepth);
  engine.reset();
  const AlignedBuffer back(Bytes(std::uint64_t{kDepth} * 4096));
  ASSERT_EQ(::pread(file.get(), back.bytes().data(), back.bytes().size(), 0),
            static_cast<ssize_t>(back.bytes().size()));
  PatternSink sink(3);
  sink.take(Bytes(0), back.bytes());
  EXPECT_EQ(sink.right, back.size().count());
}

// Objects of many sizes, written and read back side by side through a queue on this engine.
TEST_P(EngineContract, CarriesManyObjectsThroughAQueueUnchanged) {
  constexpr std::uint64_t kObjects = 24;
  async::RealClock clock;
  async::Loop loop(clock);
  Queue queue(loop, std::move(engine), {.piece = 128_KiB, .bytes_in_flight = 1_MiB});
  std::vector<PatternSource> sources;
  std::vector<PatternSink> sinks;
  std::vector<Transfer> writes;
  std::uint64_t end = 0;
  for (std::uint64_t i = 0; i < kObjects; ++i) sources.emplace_back(i), sinks.emplace_back(i);
  for (std::uint64_t i = 0; i < kObjects; ++i) {
    writes.push_back({.direction = Direction::write,
                      .file = file.get(),
                      .offset = end,
                      .length = Bytes(4096 * (1 + i * i)),
                      .source = &sources[i]});
    end += writes.back().length.count();
  }
  std::vector<Transfer> reads = writes;
  for (std::uint64_t i = 0; i < kObjects; ++i) {
    reads[i].direction = Direction::read;
    reads[i].source = nullptr;
    reads[i].sink = &sinks[i];
  }
  loop.run(queue.move(writes));
  loop.run(queue.move(reads));
  for (std::uint64_t i = 0; i < kObjects; ++i) {
    EXPECT_TRUE(writes[i].ok() && reads[i].ok()) << errno_text(writes[i].error);
    EXPECT_EQ(sinks[i].right, reads[i].length.count()) << "object " << i;
  }
  EXPECT_EQ(queue.figures().write_bytes, end);
  EXPECT_EQ(queue.figures().read_bytes, end);
}

INSTANTIATE_TEST_SUITE_P(
    RealFiles, EngineContract,
    testing::Values(Kind{.name = "Uring", .make = [] { return make_uring_engine({kDepth}); }},
                    Kind{.name = "Threads", .make = [] { return make_thread_engine({kDepth}); }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace spillway::io
