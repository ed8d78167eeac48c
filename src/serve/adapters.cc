// SPDX-License-Identifier: Apache-2.0
#include "serve/adapters.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): the library's switch
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "core/error.h"
#include "tier/content_io.h"

namespace spillway::serve {
namespace {

constexpr Bytes kPage = 4_KiB;
constexpr Bytes kLargest = 64_GiB;
constexpr std::size_t kLongestName = 128;
constexpr std::uint64_t kMagic = 0x3130'4152'4F4C'5753;  // "SWLORA01" in a little-endian file
constexpr mode_t kOwnerOnly = 0700;
constexpr mode_t kOwnerOnlyFile = 0600;

// What the first page of a file begins with; the rest of it is zeros.
struct Header {
  std::uint64_t magic = 0;
  std::uint64_t length = 0;    // of what follows the page
  std::uint64_t checksum = 0;  // XXH3, 64 bits, of the same
};

struct Opened {
  UniqueFd file;
  Bytes size;
  int error = 0;
};

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Opened open_at(int directory, const std::string& name, int flags) {
  constexpr int kAlways = O_DIRECT | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd file(::openat(directory, name.c_str(), flags | kAlways, kOwnerOnlyFile));
  if (!file) return {.file = UniqueFd(), .size = {}, .error = errno};
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return {.file = UniqueFd(), .size = {}, .error = errno};
  if (!S_ISREG(status.st_mode)) return {.file = UniqueFd(), .size = {}, .error = EINVAL};
  return {.file = std::move(file), .size = Bytes(static_cast<std::uint64_t>(status.st_size))};
}

std::uint64_t checksum_of(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

bool is_whole(const AlignedBuffer& file) {
  Header header;
  std::memcpy(&header, file.bytes().data(), sizeof header);
  const auto weights = file.bytes().subspan(kPage.count());
  return header.magic == kMagic && header.length == weights.size() &&
         header.checksum == checksum_of(weights);
}

// Memory for a file: when there is none, that is what came of an operation.
AdapterLoad room_for(Bytes size) {
  try {
    return {.file = AlignedBuffer(size), .fault = {}};
  } catch (const Error& error) {
    return {.file = AlignedBuffer(), .fault = error.what()};
  }
}

std::string fault_of(const io::Transfer& transfer) {
  if (transfer.error != 0) return errno_text(transfer.error);
  return transfer.is_short ? "fewer bytes moved than asked" : "";
}

}  // namespace

std::string adapter_name_fault(std::string_view name) {
  if (name.empty()) return "an adapter's name is not empty";
  if (name.size() > kLongestName) return "an adapter's name has 128 characters at most";
  if (!is_alphanumeric(name.front())) return "an adapter's name starts with a letter or digit";
  const auto allowed = [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
  };
  if (!std::ranges::all_of(name, allowed)) {
    return "an adapter's name has letters, digits, dots, dashes and underscores only";
  }
  return name.find("..") == name.npos ? "" : "an adapter's name has no two dots in a row";
}

Bytes adapter_size(const kv::ModelShape& model, std::uint32_t rank) {
  if (model.kind == kv::AttentionKind::mla) {
    throw Error(fmt::format("size an adapter for {}: it has latent attention; give the size itself",
                            model.name));
  }
  const std::uint64_t hidden = model.hidden;
  const std::uint64_t queries = std::uint64_t{model.heads} * model.head_dim;
  const std::uint64_t keys = std::uint64_t{model.kv_heads} * model.head_dim;
  const std::uint64_t sides = 2 * (hidden + queries) + 2 * (hidden + keys);  // Q, O; K, V
  return kv::element_size(model.element) * (std::uint64_t{model.layers} * rank * sides);
}

AdapterFiles::AdapterFiles(async::Loop& loop, io::Queue& queue, async::Pool& pool,
                           const std::string& path, std::uint64_t seed)
    : loop_(loop), queue_(queue), pool_(pool), content_(seed) {
  if (::mkdir(path.c_str(), kOwnerOnly) != 0 && errno != EEXIST) {
    throw_errno("make the directory of adapters", path);
  }
  directory_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory_) throw_errno("open the directory of adapters", path);
}

void AdapterFiles::compose(AlignedBuffer& bytes, std::string_view name) const {
  const auto weights = bytes.bytes().subspan(kPage.count());
  const kv::BlockKey key{.high = kMagic, .low = XXH3_64bits(name.data(), name.size())};
  content_.fill(key, Bytes(0), weights);
  const Header header{.magic = kMagic, .length = weights.size(), .checksum = checksum_of(weights)};
  std::memcpy(bytes.bytes().data(), &header, sizeof header);
}

async::Task<std::string> AdapterFiles::create(std::string name, Bytes size) {
  std::string fault = adapter_name_fault(name);
  if (fault.empty() && size > kLargest) fault = "an adapter has 64 GiB at most";
  if (!fault.empty()) co_return fault;
  const auto exists = [&] {
    return ::faccessat(directory_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  };
  const bool is_there = co_await pool_.run(loop_, exists);
  if (is_there) co_return fault;
  AdapterLoad room = room_for(kPage + round_up(size, kPage));
  if (!room.fault.empty()) co_return room.fault;
  AlignedBuffer& bytes = room.file;
  const std::string half_made = "." + name;  // no adapter's name
  const auto begin = [&] {
    compose(bytes, name);
    return open_at(directory_.get(), half_made, O_CREAT | O_TRUNC | O_WRONLY);
  };
  const Opened opened = co_await pool_.run(loop_, begin);
  if (opened.error != 0) co_return fmt::format("create {}: {}", name, errno_text(opened.error));
  fault = co_await write(opened.file.get(), bytes);
  const auto settle = [&] {
    const int at = directory_.get();
    if (fault.empty() && ::renameat(at, half_made.c_str(), at, name.c_str()) != 0) {
      fault = errno_text(errno);
    }
    if (!fault.empty()) ::unlinkat(at, half_made.c_str(), 0);
  };
  co_await pool_.run(loop_, settle);
  if (!fault.empty()) fault = fmt::format("create {}: {}", name, fault);
  co_return fault;
}

async::Task<std::string> AdapterFiles::write(int file, AlignedBuffer& bytes) {
  tier::MemorySource source(bytes.bytes());
  io::Transfer transfer{
      .direction = io::Direction::write, .file = file, .length = bytes.size(), .source = &source};
  co_await queue_.move({&transfer, 1});
  co_return fault_of(transfer);
}

async::Task<AdapterLoad> AdapterFiles::load(std::string name) {
  AdapterLoad load;
  load.fault = adapter_name_fault(name);
  if (!load.fault.empty()) co_return load;
  const auto open_it = [&] { return open_at(directory_.get(), name, O_RDONLY); };
  const Opened opened = co_await pool_.run(loop_, open_it);
  const bool fits =
      opened.size > kPage && opened.size <= kPage + kLargest && opened.size % kPage == Bytes(0);
  if (opened.error != 0) {
    load.fault = errno_text(opened.error);
  } else if (!fits) {
    load.fault = "it is no adapter's file";
  } else {
    load = room_for(opened.size);
  }
  if (load.fault.empty()) load.fault = co_await read(opened.file.get(), load.file);
  if (!load.fault.empty()) {
    load.file = AlignedBuffer();
    load.fault = fmt::format("load {}: {}", name, load.fault);
  }
  co_return load;
}

// Fills the memory; empty, or what went wrong.
async::Task<std::string> AdapterFiles::read(int file, AlignedBuffer& bytes) {
  tier::MemorySink sink(bytes.bytes());
  io::Transfer transfer{.file = file, .length = bytes.size(), .sink = &sink};
  co_await queue_.move({&transfer, 1});
  if (!transfer.ok()) co_return fault_of(transfer);
  const auto check_it = [&] { return is_whole(bytes); };
  const bool whole = co_await pool_.run(loop_, check_it);
  co_return whole ? "" : "its bytes are not those of its checksum";
}

async::Task<AdapterAnswer> AdapterCache::use(std::string name) {
  const auto kept = by_name_.find(name);
  if (kept != by_name_.end()) {
    kept_.splice(kept_.begin(), kept_, kept->second);
    ++counters_.hits;
    co_return AdapterAnswer{.hit = true, .fault = {}};
  }
  const auto under_way = loading_.find(name);
  if (under_way != loading_.end()) co_return co_await join(under_way->second);
  co_return co_await load(name);
}

async::Task<AdapterAnswer> AdapterCache::join(std::vector<Waiter*>& waiters) {
  ++counters_.hits;
  Waiter waiter{.done = async::Event(loop_, "an adapter that is being loaded"), .fault = {}};
  waiters.push_back(&waiter);
  co_await waiter.done.wait();
  co_return AdapterAnswer{.hit = true, .fault = waiter.fault};
}

async::Task<AdapterAnswer> AdapterCache::load(const std::string& name) {
  ++counters_.misses;
  const Time asked = loop_.now();
  loading_.try_emplace(name);
  AdapterLoad loaded = co_await files_.load(name);
  if (loaded.fault.empty()) {
    counters_.read += loaded.file.size();
    counters_.load_ns.add((loop_.now() - asked).count());
    keep(name, std::move(loaded.file));
  } else {
    ++counters_.failed;
  }
  const auto under_way = loading_.extract(name);
  for (Waiter* const waiter : under_way.mapped()) {
    waiter->fault = loaded.fault;
    waiter->done.set();
  }
  co_return AdapterAnswer{.hit = false, .fault = loaded.fault};
}

void AdapterCache::keep(const std::string& name, AlignedBuffer file) {
  if (file.size() > capacity_) return;
  while (size_ + file.size() > capacity_) {
    size_ -= kept_.back().file.size();
    by_name_.erase(kept_.back().name);
    kept_.pop_back();
    ++counters_.evictions;
  }
  size_ += file.size();
  kept_.push_front({.name = name, .file = std::move(file)});
  by_name_[name] = kept_.begin();
}

}  // namespace spillway::serve
