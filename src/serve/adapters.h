// LoRA adapters: how large they are, their files, and what was loaded last.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/event.h"
#include "async/loop.h"
#include "async/pool.h"
#include "async/task.h"
#include "core/aligned_buffer.h"
#include "core/bytes.h"
#include "core/unique_fd.h"
#include "io/queue.h"
#include "kv/content.h"
#include "kv/model.h"
#include "stats/histogram.h"

namespace spillway::serve {

// Why this is no adapter's name; empty when it is one. Names are [A-Za-z0-9][A-Za-z0-9._-]{0,127}
// without "..": they name files, and come from requests.
std::string adapter_name_fault(std::string_view name);

// Sum over layers and the adapted matrices of rank x (in + out) x element size: an adapter adds to
// each matrix a product of two narrow ones (Hu et al., "LoRA", 2021, section 4.1). Adapted are Q
// (hidden x heads x head_dim), K and V (hidden x kv_heads x head_dim) and O. Llama-3.1-8B with rank
// 16 in bf16 gives 26 MiB. Throws Error for latent attention, whose matrices are others.
Bytes adapter_size(const kv::ModelShape& model, std::uint32_t rank);

struct AdapterLoad {
  AlignedBuffer file;  // its header page and what follows; empty when it failed
  std::string fault;   // why, then
};

// The files of one directory, one an adapter: a page with a checksum, and bytes that no drive can
// compress. Moved past the page cache. Nothing is ever removed but a file half made.
class AdapterFiles {
 public:
  // Makes the directory when it is missing; what it lies in must exist. Throws Error.
  AdapterFiles(async::Loop& loop, io::Queue& queue, async::Pool& pool, const std::string& path,
               std::uint64_t seed);

  // Makes the file, `size` rounded up to pages, where there is none. Empty, or what went wrong.
  async::Task<std::string> create(std::string name, Bytes size);
  // The whole file, checked against its checksum.
  async::Task<AdapterLoad> load(std::string name);

 private:
  async::Task<std::string> read(int file, AlignedBuffer& bytes);
  async::Task<std::string> write(int file, AlignedBuffer& bytes);
  void compose(AlignedBuffer& bytes, std::string_view name) const;

  async::Loop& loop_;
  io::Queue& queue_;
  async::Pool& pool_;
  UniqueFd directory_;
  kv::BlockContent content_;
};

struct AdapterCounters {
  std::uint64_t hits = 0;    // lay in the cache, or were being loaded for somebody else
  std::uint64_t misses = 0;  // loaded from their files
  std::uint64_t failed = 0;  // of the misses
  std::uint64_t evictions = 0;
  Bytes read;                // of the loads that went well
  stats::Histogram load_ns;  // of these: from asking to having
};

struct AdapterAnswer {
  bool hit = false;
  std::string fault;  // empty when the adapter is there
};

// The adapters used last, in so many bytes; one larger than that is loaded and not kept. On one
// loop, and outlives its requests.
class AdapterCache {
 public:
  AdapterCache(async::Loop& loop, AdapterFiles& files, Bytes capacity)
      : loop_(loop), files_(files), capacity_(capacity) {}

  // Requests for one adapter at a time share one load.
  async::Task<AdapterAnswer> use(std::string name);

  const AdapterCounters& counters() const { return counters_; }
  Bytes size() const { return size_; }

 private:
  struct Kept {
    std::string name;
    AlignedBuffer file;
  };
  struct Waiter {
    async::Event done;
    std::string fault;
  };

  async::Task<AdapterAnswer> load(const std::string& name);
  async::Task<AdapterAnswer> join(std::vector<Waiter*>& waiters);
  void keep(const std::string& name, AlignedBuffer file);

  async::Loop& loop_;
  AdapterFiles& files_;
  Bytes capacity_;
  Bytes size_;
  std::list<Kept> kept_;  // used last in front
  std::map<std::string, std::list<Kept>::iterator, std::less<>> by_name_;
  std::map<std::string, std::vector<Waiter*>, std::less<>> loading_;
  AdapterCounters counters_;
};

}  // namespace spillway::serve
