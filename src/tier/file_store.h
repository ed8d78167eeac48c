// FileStore: a file per block, as most serving engines do it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <shared_mutex>
#include <span>
#include <string>

#include "async/loop.h"
#include "async/pool.h"
#include "async/semaphore.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/unique_fd.h"
#include "io/queue.h"
#include "tier/cache_directory.h"
#include "tier/store.h"

namespace spillway::tier {

// A file that was opened, or the errno that says why not.
struct OpenedFile {
  UniqueFd file;
  int error = 0;
};

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

  // Makes a block's file of that many bytes, or overwrites one that a failed unlink left. Thread-
  // safe; blocks.
  OpenedFile create(kv::BlockKey key, Bytes length) const;
  // From now on create() fails with ECANCELED; what is being made is waited for, but not for long,
  // since a drive may hang. Before the files are removed while stores are at work.
  void close();

 private:
  std::string root_;
  bool direct_;
  mutable std::shared_timed_mutex making_;  // shared by those who make a file
  std::atomic<bool> closed_ = false;
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
