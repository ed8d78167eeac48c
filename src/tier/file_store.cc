// SPDX-License-Identifier: Apache-2.0
#include "tier/file_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "async/group.h"
#include "core/error.h"
#include "core/unique_fd.h"
#include "io/file.h"
#include "tier/block_transfer.h"

namespace spillway::tier {
namespace {

constexpr const char* kDigits = "0123456789abcdef";
constexpr mode_t kOwnerOnly = 0700;  // KV caches hold what users said
constexpr mode_t kOwnerOnlyFile = 0600;
constexpr std::chrono::milliseconds kPatience(200);  // for files that are being made

void make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kOwnerOnly) != 0) throw_errno("make directory", path);
}

OpenedFile open_existing(const std::string& path, bool direct) {
  const int flags = O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0);
  UniqueFd file(::open(path.c_str(), flags));
  const int error = file ? 0 : errno;
  return {.file = std::move(file), .error = error};
}

}  // namespace

FileTree::FileTree(const CacheDirectory& directory, bool direct)
    : root_(directory.path()), direct_(direct) {
  const std::string probe = root_ + "/slab";
  const UniqueFd file = io::open_file(probe, {.direct = direct, .create = true, .preallocate = {}});
  ::unlink(probe.c_str());
  require_block_alignment(file.get(), root_);
  for (const char* first = kDigits; *first != 0; ++first) {
    make_directory(root_ + '/' + *first);
    for (const char* second = kDigits; *second != 0; ++second) {
      make_directory(root_ + '/' + *first + '/' + *second);
    }
  }
}

std::string FileTree::path_of(kv::BlockKey key) const {
  const std::string name = kv::to_text(key);
  return root_ + '/' + name[0] + '/' + name[1] + '/' + name;
}

OpenedFile FileTree::create(kv::BlockKey key, Bytes length) const {
  const std::shared_lock lock(making_);
  if (closed_) return {.file = UniqueFd(), .error = ECANCELED};
  const int flags = O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC | (direct_ ? O_DIRECT : 0);
  UniqueFd file(::open(path_of(key).c_str(), flags, kOwnerOnlyFile));
  if (!file) return {.file = UniqueFd(), .error = errno};
  const bool set_aside = ::fallocate(file.get(), 0, 0, static_cast<off_t>(length.count())) == 0;
  const int error = set_aside || errno == EOPNOTSUPP ? 0 : errno;
  return {.file = std::move(file), .error = error};
}

void FileTree::close() {
  closed_ = true;
  const std::unique_lock after_those_who_began(making_, kPatience);
}

FileStore::FileStore(async::Loop& loop, io::Queue& queue, async::Pool& pool, const FileTree& tree,
                     const FileStoreOptions& options)
    : loop_(loop),
      queue_(queue),
      pool_(pool),
      tree_(tree),
      open_files_(loop, options.open_files, "a place among open files") {}

async::Task<> FileStore::write(std::span<BlockMove> moves) {
  return move_all(moves, io::Direction::write);
}

async::Task<> FileStore::read(std::span<BlockMove> moves) {
  return move_all(moves, io::Direction::read);
}

async::Task<> FileStore::erase(std::span<const kv::BlockKey> keys) {
  const auto unlink_all = [&] {
    std::uint64_t failed = 0;
    for (const kv::BlockKey key : keys) {
      if (::unlink(tree_.path_of(key).c_str()) != 0 && errno != ENOENT) ++failed;
    }
    return failed;
  };
  failed_erasures_ += co_await pool_.run(loop_, unlink_all);
}

std::span<std::byte> FileStore::memory(Placement /*placement*/, Bytes /*size*/) { return {}; }

async::Task<> FileStore::move_all(std::span<BlockMove> moves, io::Direction direction) {
  const Time asked = loop_.now();
  co_await async::with_group(loop_, never_, [&](async::Group& group) -> async::Task<> {
    for (BlockMove& move : moves) group.spawn(move_one(move, direction, asked));
    co_return;
  });
}

async::Task<> FileStore::move_one(BlockMove& move, io::Direction direction, Time asked) {
  const std::uint64_t place = co_await open_files_.acquire(1, never_);
  co_await transfer(move, direction, asked);
  open_files_.release(place);
}

async::Task<> FileStore::transfer(BlockMove& move, io::Direction direction, Time asked) {
  const bool writes = direction == io::Direction::write;
  const std::string path = tree_.path_of(move.key);
  const auto open_it = [&] {
    return writes ? tree_.create(move.key, padded(move.size)) : open_existing(path, tree_.direct());
  };
  OpenedFile opened = co_await pool_.run(loop_, open_it);
  if (opened.error == 0) {
    io::Transfer transfer = transfer_of(move, direction, opened.file.get(), 0);
    co_await queue_.move({&transfer, 1});
    settle(move, transfer, asked);
  } else {
    move.latency = loop_.now() - asked;
    fail(move, writes ? "create" : "open", opened.error);
  }
  const auto close_it = [&] {
    opened.file = UniqueFd();
    if (writes && move.error) ::unlink(path.c_str());
  };
  co_await pool_.run(loop_, close_it);
}

}  // namespace spillway::tier
