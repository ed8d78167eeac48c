// SlabStore: blocks in places of one preallocated file, read and written by direct I/O.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "async/loop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "core/unique_fd.h"
#include "io/queue.h"
#include "tier/cache_directory.h"
#include "tier/store.h"

namespace spillway::tier {

// The file of one tier, shared by the stores of all shards. It never shrinks or grows: deleting
// files makes journal commits discard, and costs file-per-object stores half of their bandwidth.
// Blocks that are written for the first time pay for converting unwritten extents.
class SlabFile {
 public:
  // Makes `slab` in the directory, with its space set aside. Direct I/O is only left out when
  // `direct` is false. Throws Error, also when blocks are not aligned enough for the drive.
  SlabFile(const CacheDirectory& directory, Bytes capacity, bool direct = true);

  int descriptor() const { return file_.get(); }
  const std::string& path() const { return path_; }
  Bytes capacity() const { return capacity_; }

 private:
  std::string path_;
  Bytes capacity_;
  UniqueFd file_;
};

// One a shard, over the shard's queue. Nothing is ever synced: the index is volatile, so what the
// file holds after a crash means nothing.
class SlabStore final : public Store {
 public:
  SlabStore(async::Loop& loop, io::Queue& queue, const SlabFile& file);

  async::Task<> write(std::span<BlockMove> moves) override;
  async::Task<> read(std::span<BlockMove> moves) override;
  async::Task<> erase(std::span<const kv::BlockKey> keys) override;
  std::span<std::byte> memory(Placement placement, Bytes size) override;
  bool modelled() const override { return false; }

 private:
  async::Task<> move_all(std::span<BlockMove> moves, io::Direction direction);

  async::Loop& loop_;
  io::Queue& queue_;
  const SlabFile& file_;
};

}  // namespace spillway::tier
