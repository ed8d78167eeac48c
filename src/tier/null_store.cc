// SPDX-License-Identifier: Apache-2.0
#include "tier/null_store.h"

namespace spillway::tier {

async::Task<> NullStore::write(std::span<BlockMove> /*moves*/) { co_return; }

async::Task<> NullStore::read(std::span<BlockMove> /*moves*/) { co_return; }

async::Task<> NullStore::erase(std::span<const kv::BlockKey> /*keys*/) { co_return; }

std::span<std::byte> NullStore::memory(Placement /*placement*/, Bytes /*size*/) { return {}; }

}  // namespace spillway::tier
