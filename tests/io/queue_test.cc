// SPDX-License-Identifier: Apache-2.0
#include "io/queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "async/group.h"
#include "core/aligned_buffer.h"
#include "io/faulty_engine.h"
#include "io/null_engine.h"
#include "tests/io/patterns.h"
#include "tests/io/scripted_engine.h"

namespace spillway::io {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr Bytes kPiece = 128_KiB;

// A loop, a queue and an engine whose every completion and every nanosecond a test decides.
struct Rig {
  explicit Rig(std::size_t depth, QueueOptions options = {})
      : loop(clock), queue(loop, own_engine(depth), with_piece(options)) {}

  std::unique_ptr<Engine> own_engine(std::size_t depth) {
    auto made = std::make_unique<ScriptedEngine>(depth);
    engine = made.get();
    return made;
  }
  static QueueOptions with_piece(QueueOptions options) {
    options.piece = kPiece;
    return options;
  }
  // Moves the transfers while `script` plays the device.
  template <typename Script>
  void play(std::span<Transfer> transfers, Script script) {
    async::Stop stop;
    loop.run(async::with_group(loop, stop, [&](async::Group& group) -> async::Task<> {
      group.spawn(queue.move(transfers));
      co_await turns(2);
      co_await script();
    }));
  }
  // Completes `count` at a time until nothing is left.
  async::Task<> run_dry(std::size_t count) {
    while (engine->held() > 0) {
      engine->complete(std::min(count, engine->held()));
      co_await turns(1);
    }
  }
  async::Task<> turns(int count) {
    for (; count > 0; --count) co_await loop.yield();
  }

  ManualClock clock;
  async::Loop loop;
  ScriptedEngine* engine = nullptr;
  Queue queue;
};

Transfer read_of(Bytes length, std::uint64_t offset = 0, ByteSink* sink = nullptr) {
  return {
      .direction = Direction::read, .file = 0, .offset = offset, .length = length, .sink = sink};
}
Transfer write_of(Bytes length, std::uint64_t offset, ByteSource& source) {
  return {.direction = Direction::write,
          .file = 0,
          .offset = offset,
          .length = length,
          .source = &source};
}

TEST(Queue, CutsAnObjectIntoPiecesAndTheLastIsShorter) {
  Rig rig(8);
  std::vector transfers = {read_of(2 * kPiece + 4_KiB, 1U << 20U)};
  rig.play(transfers, [&] { return rig.run_dry(8); });
  ASSERT_EQ(rig.engine->log.size(), 3U);
  EXPECT_EQ(rig.engine->log[0].offset, 1U << 20U);
  EXPECT_EQ(rig.engine->log[1].offset, (1U << 20U) + kPiece.count());
  EXPECT_EQ(rig.engine->log[2].offset, (1U << 20U) + 2 * kPiece.count());
  EXPECT_EQ(rig.engine->log[2].length, 4096U);
  EXPECT_TRUE(transfers[0].ok());
}

TEST(Queue, KeepsTheEngineFullAcrossAndInsideObjects) {
  Rig rig(8);
  std::vector<Transfer> transfers(20, read_of(3 * kPiece));
  rig.play(transfers, [&]() -> async::Task<> {
    std::size_t left = 60;
    for (; left > 8; --left) {
      EXPECT_EQ(rig.engine->held(), 8U);
      rig.clock.advance(1us);
      rig.engine->complete(1);
      co_await rig.turns(1);
    }
    co_await rig.run_dry(8);
  });
  const QueueFigures& figures = rig.queue.figures();
  EXPECT_EQ(figures.read_pieces, 60U);
  EXPECT_EQ(figures.busy_ns, figures.wanting_ns);
  EXPECT_EQ(figures.depth_ns, figures.busy_ns * 8);
}

TEST(Queue, GivesUpWhatTheKernelDoesNotHave) {
  Rig rig(2);
  std::vector<Transfer> transfers(3, read_of(2 * kPiece));
  rig.play(transfers, [&]() -> async::Task<> {
    EXPECT_EQ(rig.engine->held(), 2U) << "both pieces of the first";
    rig.engine->complete(1);
    co_await rig.turns(1);
    EXPECT_EQ(rig.engine->held(), 2U) << "and one of the second";
    rig.queue.give_up();
    co_await rig.run_dry(1);
  });
  EXPECT_TRUE(transfers[0].ok()) << "all of it was under way";
  EXPECT_EQ(transfers[1].error, ECANCELED);
  EXPECT_EQ(transfers[2].error, ECANCELED);
  EXPECT_EQ(rig.engine->log.size(), 3U);

  std::vector<Transfer> late = {read_of(kPiece)};
  rig.play(late, [&]() -> async::Task<> { co_return; });
  EXPECT_EQ(late[0].error, ECANCELED);
  EXPECT_EQ(rig.engine->log.size(), 3U);
}

TEST(Queue, LetsReadsGoFirstAndWritesAfterSoMany) {
  Rig rig(1, {.reads_before_write = 3});
  PatternSource source(1);
  std::vector<Transfer> transfers = {write_of(3 * kPiece, 0, source), read_of(4 * kPiece),
                                     read_of(4 * kPiece)};
  rig.play(transfers, [&] { return rig.run_dry(1); });
  std::string order;
  for (const Operation& operation : rig.engine->log) {
    order += operation.direction == Direction::read ? 'r' : 'w';
  }
  EXPECT_EQ(order, "rrrwrrrwrrw");
}

TEST(Queue, AWriteDoesNotWaitForReadsThatWentBeforeItCame) {
  Rig rig(1, {.reads_before_write = 2});
  PatternSource source(1);
  std::vector<Transfer> reads = {read_of(6 * kPiece)};
  std::vector<Transfer> writes = {write_of(kPiece, 0, source)};
  async::Stop stop;
  rig.loop.run(async::with_group(rig.loop, stop, [&](async::Group& group) -> async::Task<> {
    group.spawn(rig.queue.move(reads));
    co_await rig.turns(2);
    rig.engine->complete(1);
    co_await rig.turns(1);  // two reads have gone before anything waited
    group.spawn(rig.queue.move(writes));
    co_await rig.turns(2);
    co_await rig.run_dry(1);
  }));
  std::string order;
  for (const Operation& operation : rig.engine->log) {
    order += operation.direction == Direction::read ? 'r' : 'w';
  }
  EXPECT_EQ(order, "rrrrwrr");
}

TEST(Queue, NeverExceedsItsBudgetOfBytes) {
  Rig rig(64, {.bytes_in_flight = 5 * kPiece + 4_KiB});
  std::vector<Transfer> transfers(30, read_of(kPiece + 12_KiB));
  rig.play(transfers, [&] { return rig.run_dry(1); });
  EXPECT_LE(rig.engine->most_bytes, (5 * kPiece + 4_KiB).count());
  EXPECT_EQ(rig.engine->most_in_flight, 5U);
  for (const Transfer& transfer : transfers) EXPECT_TRUE(transfer.ok());
}

TEST(Queue, MovesAnObjectFarLargerThanItsBudget) {
  Rig rig(4, {.bytes_in_flight = 2 * kPiece});
  const Bytes length = 50 * kPiece;
  rig.engine->files.emplace_back(length.count());
  PatternSource source(7);
  PatternSink sink(7);
  std::vector<Transfer> write = {write_of(length, 0, source)};
  std::vector<Transfer> read = {read_of(length, 0, &sink)};
  rig.play(write, [&] { return rig.run_dry(1); });
  rig.play(read, [&] { return rig.run_dry(2); });
  EXPECT_EQ(rig.engine->most_in_flight, 2U);
  EXPECT_EQ(sink.right, length.count());
  EXPECT_EQ(sink.pieces, 50U);
}

TEST(Queue, MovesManyTinyObjectsInOneCall) {
  async::RealClock clock;
  async::Loop loop(clock);
  Queue queue(loop, make_null_engine({.depth = 32}), {});
  std::vector<Transfer> transfers(20'000, read_of(4_KiB));
  loop.run(queue.move(transfers));
  EXPECT_EQ(queue.figures().read_pieces, 20'000U);
  EXPECT_EQ(queue.figures().read_bytes, 20'000U * 4096U);
  for (const Transfer& transfer : transfers) ASSERT_TRUE(transfer.ok());
}

TEST(Queue, AnEmptyObjectIsDoneAtOnce) {
  Rig rig(1);
  std::vector<Transfer> transfers = {read_of(Bytes(0))};
  rig.play(transfers, [&] { return rig.turns(1); });
  EXPECT_TRUE(transfers[0].ok());
  EXPECT_TRUE(rig.engine->log.empty());
}

TEST(Queue, AFailedPieceEndsItsObjectAndNoOther) {
  Rig rig(2);
  std::vector<Transfer> transfers = {read_of(10 * kPiece), read_of(3 * kPiece, 64U << 20U)};
  rig.play(transfers, [&]() -> async::Task<> {
    rig.engine->complete_oldest(-EIO);
    co_await rig.turns(1);
    rig.engine->complete_oldest(-ENOSPC);  // was in flight; the first error is kept
    co_await rig.turns(1);
    co_await rig.run_dry(1);
  });
  EXPECT_EQ(transfers[0].error, EIO);
  EXPECT_FALSE(transfers[0].ok());
  EXPECT_TRUE(transfers[1].ok());
  EXPECT_EQ(rig.engine->log.size(), 2U + 3U);  // eight pieces were never started
  EXPECT_EQ(rig.queue.figures().failed_pieces, 2U);
  EXPECT_EQ(rig.queue.figures().read_latency.count(), 3U);
}

TEST(Queue, AFailedObjectIsNotDoneBeforeItsLastPieceIsBack) {
  Rig rig(2);
  std::vector<Transfer> transfers = {read_of(10 * kPiece)};
  rig.play(transfers, [&]() -> async::Task<> {
    rig.clock.advance(1us);
    rig.engine->complete_oldest(-EIO);
    co_await rig.turns(3);
    EXPECT_EQ(rig.engine->held(), 1U);
    rig.clock.advance(1us);
    rig.engine->complete(1);
  });
  EXPECT_EQ(transfers[0].completed, Time(2us));
}

TEST(Queue, ReportsAShortPieceAndKeepsItFromTheSink) {
  Rig rig(4);
  PatternSink sink(1);
  std::vector<Transfer> transfers = {read_of(2 * kPiece, 0, &sink)};
  rig.play(transfers, [&]() -> async::Task<> {
    rig.engine->complete_oldest(4096);
    rig.engine->complete(1);
    co_await rig.turns(1);
  });
  EXPECT_TRUE(transfers[0].is_short);
  EXPECT_EQ(transfers[0].error, 0);
  EXPECT_EQ(sink.pieces, 1U);
  EXPECT_EQ(rig.queue.figures().read_bytes, kPiece.count() + 4096);
}

// Gives and takes memory of its own.
class InPlace final : public ByteSource, public ByteSink {
 public:
  std::span<const std::byte> supply(Bytes offset, std::span<std::byte> room) override {
    return memory.bytes().subspan(offset.count(), room.size());
  }
  std::span<std::byte> room(Bytes offset, Bytes length) override {
    return memory.bytes().subspan(offset.count(), length.count());
  }
  void take(Bytes offset, std::span<const std::byte> piece) override {
    in_place = in_place && piece.data() == memory.bytes().data() + offset.count();
  }
  AlignedBuffer memory = AlignedBuffer(1_MiB);
  bool in_place = true;
};

TEST(Queue, MovesMemoryOfTheSourcesAndSinksOwnWithoutACopy) {
  Rig rig(4, {.bytes_in_flight = 2 * kPiece});
  InPlace mine;
  std::vector<Transfer> transfers = {write_of(4 * kPiece, 0, mine), read_of(4 * kPiece, 0, &mine)};
  rig.play(transfers, [&] { return rig.run_dry(1); });
  for (const Operation& operation : rig.engine->log) {
    EXPECT_EQ(operation.data, mine.memory.bytes().data() + operation.offset);
  }
  EXPECT_TRUE(mine.in_place);
  EXPECT_EQ(rig.engine->most_bytes, (2 * kPiece).count());
}

TEST(Queue, FiguresAreExact) {
  Rig rig(2);
  std::vector<Transfer> transfers = {read_of(3 * kPiece)};
  rig.clock.advance(1s);  // nothing wanted, nothing counted
  rig.play(transfers, [&]() -> async::Task<> {
    EXPECT_EQ(rig.engine->held(), 2U);
    rig.clock.advance(10us);
    rig.engine->complete(1);  // 10 us; the third goes at 10 us
    co_await rig.turns(1);
    rig.clock.advance(5us);
    rig.engine->complete(1);  // 15 us
    co_await rig.turns(1);
    rig.clock.advance(20us);
    rig.engine->complete(1);  // 25 us
    co_await rig.turns(1);
    rig.clock.advance(1s);
  });
  const QueueFigures& figures = rig.queue.figures();
  EXPECT_EQ(figures.busy_ns, 35'000);
  EXPECT_EQ(figures.wanting_ns, 35'000);
  EXPECT_EQ(figures.depth_ns, 15'000 * 2 + 20'000);
  EXPECT_EQ(figures.read_latency.min(), 10'000);
  EXPECT_EQ(figures.read_latency.max(), 25'000);
  EXPECT_EQ(figures.read_latency.sum(), 50'000);
  EXPECT_EQ(transfers[0].queued, Time(1s));
  EXPECT_EQ(transfers[0].submitted, Time(1s));
  EXPECT_EQ(transfers[0].completed, Time(1s + 35us));
}

// Costs the loop time for each piece, as filling and checking do.
class Slow final : public ByteSource, public ByteSink {
 public:
  Slow(ManualClock& clock, Duration cost) : clock_(clock), cost_(cost) {}
  std::span<const std::byte> supply(Bytes, std::span<std::byte> room) override {
    work();
    return room;
  }
  std::span<std::byte> room(Bytes, Bytes) override { return {}; }
  void take(Bytes, std::span<const std::byte>) override { work(); }
  int calls = 0;

 private:
  void work() {
    ++calls;
    clock_.advance(cost_);
  }
  ManualClock& clock_;
  Duration cost_;
};

TEST(Queue, CountsTimeInWhichTheEngineWaitsForUs) {
  Rig rig(1);
  Slow slow(rig.clock, 80us);
  std::vector<Transfer> transfers = {write_of(2 * kPiece, 0, slow)};
  rig.play(transfers, [&] { return rig.run_dry(1); });
  EXPECT_EQ(rig.queue.figures().wanting_ns, 160'000);
  EXPECT_EQ(rig.queue.figures().busy_ns, 0);
}

TEST(Queue, SpreadsItsWorkOverTurns) {
  Rig rig(16);
  Slow slow(rig.clock, 80us);
  std::vector<Transfer> transfers = {read_of(16 * kPiece, 0, &slow)};
  rig.play(transfers, [&]() -> async::Task<> {
    rig.engine->complete(16);
    co_await rig.turns(1);
    EXPECT_EQ(slow.calls, 3);  // 240 us: the turn ends with the piece that passes 200 us
    co_await rig.turns(1);
    EXPECT_EQ(slow.calls, 6);
  });
  EXPECT_EQ(slow.calls, 16);
}

TEST(Queue, FillsWritesOverTurnsToo) {
  Rig rig(16);
  Slow slow(rig.clock, 80us);
  std::vector<Transfer> transfers = {write_of(16 * kPiece, 0, slow)};
  rig.play(transfers, [&]() -> async::Task<> {
    const std::size_t before = rig.engine->held();
    co_await rig.turns(1);
    EXPECT_EQ(rig.engine->held(), before + 3);
    co_await rig.turns(8);
    EXPECT_EQ(rig.engine->held(), 16U);
    co_await rig.run_dry(16);
  });
}

TEST(Queue, TakingTheFiguresStartsThemAfresh) {
  Rig rig(2);
  std::vector<Transfer> transfers = {read_of(2 * kPiece)};
  QueueFigures warm_up;
  rig.play(transfers, [&]() -> async::Task<> {
    rig.clock.advance(10us);
    rig.engine->complete(1);
    co_await rig.turns(1);
    warm_up = rig.queue.take_figures();
    rig.clock.advance(7us);
    rig.engine->complete(1);
    co_await rig.turns(1);
  });
  EXPECT_EQ(warm_up.busy_ns, 10'000);
  EXPECT_EQ(rig.queue.figures().busy_ns, 7'000);
  EXPECT_EQ(rig.queue.figures().read_pieces, 1U);
  warm_up.merge(rig.queue.figures());
  EXPECT_EQ(warm_up.read_pieces, 2U);
  EXPECT_EQ(warm_up.busy_ns, 17'000);
  EXPECT_EQ(warm_up.depth_ns, 27'000);
}

TEST(Queue, InjectedFaultsAreFoundWhereTheyWere) {
  async::RealClock clock;
  async::Loop loop(clock);
  auto faulty =
      std::make_unique<FaultyEngine>(make_null_engine(), [](const Operation& operation) -> Fault {
        if (operation.offset == 5 * kPiece.count()) return {.kind = Fault::Kind::error};
        if (operation.offset == 9 * kPiece.count()) return {.kind = Fault::Kind::cut};
        return {};
      });
  Queue queue(loop, std::move(faulty), {.piece = kPiece});
  std::vector<Transfer> transfers;
  transfers.reserve(6);
  for (std::uint64_t i = 0; i < 6; ++i) {
    transfers.push_back(read_of(2 * kPiece, 2 * i * kPiece.count()));
  }
  loop.run(queue.move(transfers));
  std::vector<int> errors;
  errors.reserve(transfers.size());
  for (const Transfer& transfer : transfers) errors.push_back(transfer.error);
  EXPECT_THAT(errors, ElementsAre(0, 0, EIO, 0, 0, 0));
  EXPECT_TRUE(transfers[4].is_short);
}

TEST(QueueDeath, RefusesABudgetWithoutRoomForAPiece) {
  ManualClock clock;
  async::Loop loop(clock);
  EXPECT_DEATH(Queue(loop, make_null_engine(), {.piece = 1_MiB, .bytes_in_flight = 512_KiB}),
               "the budget holds a piece");
}

TEST(QueueDeath, RefusesATransferThatIsNotWholeSectors) {
  EXPECT_DEATH(
      {
        Rig rig(1);
        std::vector<Transfer> transfers = {read_of(Bytes(1000))};
        rig.play(transfers, [&] { return rig.run_dry(1); });
      },
      "transfers are whole sectors");
}

}  // namespace
}  // namespace spillway::io
