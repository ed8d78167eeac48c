// SPDX-License-Identifier: Apache-2.0
#include "tier/file_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "tests/tier/real_loop.h"
#include "tests/tier/temporary_directory.h"
#include "tier/counting_room.h"

namespace spillway::tier {
namespace {

constexpr Bytes kSize = 301'000_B;

struct FilesOnDisk {
  TemporaryDirectory parent;
  CacheDirectory directory = CacheDirectory::open(parent.path());
  FileTree tree{directory};
  CountingRoom room{64_MiB};
  async::Pool pool{"files", 2};
  Blocks blocks{room, 12, kSize};

  bool exists(kv::BlockKey key) const { return std::filesystem::exists(tree.path_of(key)); }
};

TEST(FileStore, KeepsAFilePerBlock) {
  FilesOnDisk disk;
  run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    FileStore store(loop, queue, disk.pool, disk.tree, {.open_files = 5});
    co_await store.write(disk.blocks.moves());
    co_await store.read(disk.blocks.moves());
  });
  for (std::size_t i = 0; i < 12; ++i) {
    const BlockMove& move = disk.blocks.moves()[i];
    EXPECT_FALSE(move.error) << move.error_text;
    EXPECT_EQ(disk.blocks.sink(i).corrupted_at(), std::nullopt);
    EXPECT_EQ(disk.blocks.sink(i).checked(), padded(kSize));
    EXPECT_EQ(std::filesystem::file_size(disk.tree.path_of(move.key)), padded(kSize).count());
  }
}

TEST(FileStore, NamesFilesByTheirKeys) {
  const FilesOnDisk disk;
  const kv::BlockKey key{.high = 0x3fff'0000'0000'0001, .low = 0xab};
  EXPECT_EQ(disk.tree.path_of(key),
            disk.directory.path() + "/3/f/3fff00000000000100000000000000ab");
}

TEST(FileStore, ErasesFiles) {
  FilesOnDisk disk;
  const std::vector<kv::BlockKey> keys = {key_number(0), key_number(1), key_number(777)};
  run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    FileStore store(loop, queue, disk.pool, disk.tree);
    co_await store.write(disk.blocks.moves());
    EXPECT_TRUE(disk.exists(keys[0]));
    co_await store.erase(keys);
    EXPECT_EQ(store.failed_erasures(), 0U);  // one that is not there is gone already
    BlockMove gone = disk.blocks.moves()[0];
    co_await store.read({&gone, 1});
    EXPECT_EQ(gone.error, stats::ErrorClass::io_error);
    EXPECT_NE(gone.error_text.find("No such file"), std::string::npos) << gone.error_text;
  });
  EXPECT_FALSE(disk.exists(keys[0]));
  EXPECT_TRUE(disk.exists(key_number(2)));
}

TEST(FileStore, AFailedWriteLeavesNoFile) {
  FilesOnDisk disk;
  std::vector<BlockMove>& moves = disk.blocks.moves();
  int writes = 0;
  const auto first_write_fails = [&](const io::Operation&) {
    return ++writes == 1 ? io::Fault{.kind = io::Fault::Kind::error, .error_number = ENOSPC}
                         : io::Fault{};
  };
  run_with_faults(first_write_fails, [&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    FileStore store(loop, queue, disk.pool, disk.tree);
    co_await store.write(moves);
  });
  const auto failed = [](const BlockMove& move) { return move.error.has_value(); };
  ASSERT_EQ(std::ranges::count_if(moves, failed), 1);
  const auto it = std::ranges::find_if(moves, failed);
  EXPECT_EQ(it->error, stats::ErrorClass::no_space);
  EXPECT_FALSE(disk.exists(it->key));
}

TEST(FileStore, AShortFileIsAShortTransfer) {
  FilesOnDisk disk;
  run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    FileStore store(loop, queue, disk.pool, disk.tree);
    co_await store.write(disk.blocks.moves());
    std::filesystem::resize_file(disk.tree.path_of(key_number(3)), 4'096);
    co_await store.read(disk.blocks.moves());
  });
  EXPECT_EQ(disk.blocks.moves()[3].error, stats::ErrorClass::short_transfer);
  EXPECT_FALSE(disk.blocks.moves()[4].error);
}

TEST(FileStore, CountsWhatItCannotErase) {
  FilesOnDisk disk;
  // A directory in the file's place: unlink refuses it, whoever asks.
  std::filesystem::create_directory(disk.tree.path_of(key_number(1)));
  const std::vector<kv::BlockKey> keys = {key_number(1)};
  run_with_queue([&](async::Loop& loop, io::Queue& queue) -> async::Task<> {
    FileStore store(loop, queue, disk.pool, disk.tree);
    co_await store.erase(keys);
    EXPECT_EQ(store.failed_erasures(), 1U);
    BlockMove write = disk.blocks.moves()[1];
    co_await store.write({&write, 1});
    EXPECT_EQ(write.error, stats::ErrorClass::io_error);
  });
}

}  // namespace
}  // namespace spillway::tier
