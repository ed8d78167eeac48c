// SPDX-License-Identifier: Apache-2.0
#include "tier/slab_store.h"

#include <vector>

#include "core/error.h"
#include "io/file.h"
#include "tier/block_transfer.h"

namespace spillway::tier {

SlabFile::SlabFile(const CacheDirectory& directory, Bytes capacity, bool direct)
    : path_(directory.path() + "/slab"),
      capacity_(capacity),
      file_(io::open_file(path_, {.direct = direct, .create = true, .preallocate = capacity})) {
  require_block_alignment(file_.get(), path_);
}

SlabStore::SlabStore(async::Loop& loop, io::Queue& queue, const SlabFile& file)
    : loop_(loop), queue_(queue), file_(file) {}

async::Task<> SlabStore::write(std::span<BlockMove> moves) {
  return move_all(moves, io::Direction::write);
}

async::Task<> SlabStore::read(std::span<BlockMove> moves) {
  return move_all(moves, io::Direction::read);
}

async::Task<> SlabStore::erase(std::span<const kv::BlockKey> /*keys*/) { co_return; }

std::span<std::byte> SlabStore::memory(Placement /*placement*/, Bytes /*size*/) { return {}; }

async::Task<> SlabStore::move_all(std::span<BlockMove> moves, io::Direction direction) {
  const Time asked = loop_.now();
  std::vector<io::Transfer> transfers;
  transfers.reserve(moves.size());
  for (const BlockMove& move : moves) {
    check(move.placement.offset + padded(move.size).count() <= file_.capacity().count(),
          "a block lies inside its file");
    transfers.push_back(transfer_of(move, direction, file_.descriptor(), move.placement.offset));
  }
  co_await queue_.move(transfers);
  for (std::size_t i = 0; i < moves.size(); ++i) settle(moves[i], transfers[i], asked);
}

}  // namespace spillway::tier
