// FileStore: a file per block, as most serving engines do it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "async/loop.h"
#include "async/pool.h"
#include "async/semaphore.h"
#include "async/stop.h"
#include "async/task.h"
#include "io/queue.h"
#include "tier/cache_directory.h"
#include "tier/store.h"

namespace spillway::tier {

// Where the files of one tier lie: two levels of directories, named by the first two hexadecimal
// digits of the key (256 in all, made at set-up), and in them files named by the whole key. Shared
// by the stores of all shards.
class FileTree {
 public:
  // Makes the directories, and a file to see that direct I/O works; `direct` false leaves it out.
  // Throws Error, also when blocks are not aligned enough for the drive.
  explicit FileTree(const CacheDirectory& directory, bool direct = true);

  std::string path_of(kv::BlockKey key) const;
  bool direct() const { return direct_; }

 private:
  std::string root_;
  bool direct_;
};

struct FileStoreOptions {
  std::uint64_t open_files = 128;  // at a time; the rest waits, which is queue wait
};

// One a shard. Creating, opening, closing and unlinking block, so they go to the pool; data goes
// through the queue. A file is given its length before it is written: writes that extend a file go
// one at a time. A write that fails leaves no file. Nothing is synced.
class FileStore final : public Store {
 public:
  FileStore(async::Loop& loop, io::Queue& queue, async::Pool& pool, const FileTree& tree,
            const FileStoreOptions& options = {});

  async::Task<> write(std::span<BlockMove> moves) override;
  async::Task<> read(std::span<BlockMove> moves) override;
  async::Task<> erase(std::span<const kv::BlockKey> keys) override;
  std::span<std::byte> memory(Placement placement, Bytes size) override;
  bool modelled() const override { return false; }

  // Files that erase() could not remove, other than those that were not there.
  std::uint64_t failed_erasures() const { return failed_erasures_; }

 private:
  async::Task<> move_all(std::span<BlockMove> moves, io::Direction direction);
  async::Task<> move_one(BlockMove& move, io::Direction direction, Time asked);
  async::Task<> transfer(BlockMove& move, io::Direction direction, Time asked);

  async::Loop& loop_;
  io::Queue& queue_;
  async::Pool& pool_;
  const FileTree& tree_;
  async::Semaphore open_files_;
  async::Stop never_;
  std::uint64_t failed_erasures_ = 0;
};

}  // namespace spillway::tier
