// SPDX-License-Identifier: Apache-2.0
#include "tier/slab_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/aligned_buffer.h"
#include "core/error.h"
#include "tests/tier/real_loop.h"
#include "tests/tier/temporary_directory.h"
#include "tier/slab_room.h"

namespace spillway::tier {
namespace {

constexpr Bytes kSize = 1'100_KiB;

// A slab in a directory of its own, and blocks in it.
struct SlabOnDisk {
  TemporaryDirectory parent;
  CacheDirectory directory = CacheDirectory::open(parent.path());
  SlabFile file{directory, 16_MiB};
  SlabRoom room{file.capacity(), {}};
  Blocks blocks{room, 8, kSize};
};

TEST(SlabStore, KeepsBlocksSideBySide) {
  SlabOnDisk disk;
  run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    SlabStore store(loop, queue, disk.file);
    co_await store.write(disk.blocks.moves());
    co_await store.read(disk.blocks.moves());
    EXPECT_FALSE(store.modelled());
    EXPECT_TRUE(store.memory(disk.blocks.moves()[0].placement, kSize).empty());
    EXPECT_EQ(queue.figures().write_bytes, 8 * kSize.count());
    EXPECT_EQ(queue.figures().read_bytes, 8 * kSize.count());
  });
  for (std::size_t i = 0; i < 8; ++i) {
    EXPECT_FALSE(disk.blocks.moves()[i].error);
    EXPECT_EQ(disk.blocks.sink(i).checked(), kSize);
    EXPECT_EQ(disk.blocks.sink(i).corrupted_at(), std::nullopt);
    EXPECT_GT(disk.blocks.moves()[i].latency, Duration{});
    EXPECT_LE(disk.blocks.moves()[i].queue_wait, disk.blocks.moves()[i].latency);
  }
}

TEST(SlabStore, ItsFileIsDirectAndSetAside) {
  const SlabOnDisk disk;
  EXPECT_NE(::fcntl(disk.file.descriptor(), F_GETFL) & O_DIRECT, 0);
  struct stat status{};
  ASSERT_EQ(::fstat(disk.file.descriptor(), &status), 0);
  EXPECT_EQ(status.st_size, 16 << 20);
  EXPECT_GE(status.st_blocks * 512, 16 << 20);
}

TEST(SlabStore, BufferedOnlyWhenAskedFor) {
  const TemporaryDirectory parent;
  const CacheDirectory directory = CacheDirectory::open(parent.path());
  const SlabFile file(directory, 1_MiB, false);
  EXPECT_EQ(::fcntl(file.descriptor(), F_GETFL) & O_DIRECT, 0);
}

TEST(SlabStore, MoreThanTheDiskHoldsIsRefusedAndLeavesNothing) {
  const TemporaryDirectory parent;
  const CacheDirectory directory = CacheDirectory::open(parent.path());
  EXPECT_THROW(SlabFile(directory, 1'000'000_TiB), Error);
  EXPECT_FALSE(std::filesystem::exists(directory.path() + "/slab"));
}

TEST(SlabStore, WritesFromMemoryAndReadsIntoItWithoutACopy) {
  SlabOnDisk disk;
  AlignedBuffer above(2_MiB);
  const std::span<std::byte> memory = above.bytes().first(padded(kSize).count());
  const kv::BlockKey key = key_number(99);
  kContent.fill(key, Bytes(0), memory);
  MemorySource source(memory);
  MemorySink sink(memory);
  BlockMove move{.key = key,
                 .placement = reserved(disk.room, key, kSize),
                 .size = kSize,
                 .source = &source,
                 .sink = &sink};
  run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    SlabStore store(loop, queue, disk.file);
    co_await store.write({&move, 1});
    std::ranges::fill(memory, std::byte{0});
    co_await store.read({&move, 1});
  });
  EXPECT_FALSE(move.error);
  EXPECT_EQ(kContent.find_corruption(key, Bytes(0), memory), std::nullopt);
}

// What becomes of the first block when `kind` hits its second piece, and only of it.
std::vector<std::optional<stats::ErrorClass>> errors_of(io::Fault fault, io::Direction direction) {
  SlabOnDisk disk;
  std::vector<BlockMove>& moves = disk.blocks.moves();
  run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    co_await SlabStore(loop, queue, disk.file).write(moves);
  });
  const std::uint64_t broken = moves[0].placement.offset + (128_KiB).count();
  const auto rule = [&](const io::Operation& operation) {
    return operation.offset == broken ? fault : io::Fault{};
  };
  run_with_faults(rule, [&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    SlabStore store(loop, queue, disk.file);
    co_await (direction == io::Direction::read ? store.read(moves) : store.write(moves));
  });
  std::vector<std::optional<stats::ErrorClass>> errors;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    if (direction == io::Direction::read) judge(moves[i], disk.blocks.sink(i));
    errors.push_back(moves[i].error);
  }
  return errors;
}

std::vector<std::optional<stats::ErrorClass>> only_first(stats::ErrorClass error) {
  std::vector<std::optional<stats::ErrorClass>> errors(8);
  errors[0] = error;
  return errors;
}

TEST(SlabStore, CountsFailuresByClassAndBlock) {
  using enum stats::ErrorClass;
  using Kind = io::Fault::Kind;
  const auto read = io::Direction::read;
  const auto write = io::Direction::write;
  EXPECT_EQ(errors_of({.kind = Kind::error, .error_number = EIO}, read), only_first(io_error));
  EXPECT_EQ(errors_of({.kind = Kind::cut}, read), only_first(short_transfer));
  EXPECT_EQ(errors_of({.kind = Kind::bit_flip}, read), only_first(corrupt));
  EXPECT_EQ(errors_of({.kind = Kind::error, .error_number = ENOSPC}, write), only_first(no_space));
  EXPECT_EQ(errors_of({.kind = Kind::cut}, write), only_first(short_transfer));
}

}  // namespace
}  // namespace spillway::tier
