// EntryReplica: runs a request as the MLPerf KV-cache benchmark does, on whole entries.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "async/loop.h"
#include "async/semaphore.h"
#include "async/stop.h"
#include "async/task.h"
#include "cache/cache.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "kv/block_key.h"
#include "kv/prompt.h"
#include "record/request_row.h"
#include "serve/compute_model.h"

namespace spillway::serve {

enum class HistoryReload : std::uint8_t { all, previous };

struct EntryOptions {
  ComputeModel compute;
  Bytes bytes_per_token;
  HistoryReload history = HistoryReload::all;
  Tokens decode_batch{32};             // tokens that are generated between two reads of the entry
  bool stores_missing = true;          // false on a node that only decodes
  std::uint64_t most_allocations = 0;  // entries being stored at a time; 0 = no limit
};

// What is kept under one key: a turn's own tokens, a shared prompt, a chunk of a document.
struct KvEntry {
  kv::BlockKey key;
  Tokens tokens;
  Bytes size;
  record::ReuseKind kind = record::ReuseKind::history;  // of those that are asked for again
};

// A request under way, beside the row that records it.
struct EntryJob {
  explicit EntryJob(record::RequestRow& its_row) : row(its_row) {}

  record::RequestRow& row;
  std::vector<KvEntry> reused;   // shared prompt, history, chunks: what it asks for
  std::optional<KvEntry> own;    // what it adds; none for a query of a document
  std::vector<KvEntry> missing;  // of those asked for, what is stored again
  Tokens computed;               // what prefill takes: what it adds, and what it missed
};

// The rules of the MLPerf KV-cache benchmark (v3.0 preview, April 2026), with these faults mended:
// a shared prompt is stored by the first who needs it and hit by the others, a query of a document
// reads the chunks that it retrieved, generation is paced by the reads between its batches.
//
//   reuse   the shared prompt, the turns before (all of them or the last), the chunks: side by side
//   write   what the turn adds; a shared prompt or chunk that was not there, too
//   decode  what the turn adds once, and again before every batch of 32 tokens: in all
//           1 + max(1, ceil(g / 32)) reads; a document's query reads its chunks as often
//
// A decode that does not find its entry stores it again and reads nothing. History that is gone is
// a miss and stays gone.
// Lives on one shard.
class EntryReplica {
 public:
  EntryReplica(async::Loop& loop, cache::Cache& cache, const EntryOptions& options);

  void set_origin(Time origin) { origin_ = origin; }

  // Fills in what the job reads and writes, and the row's token counts: those that it adds, none
  // that are generated where only the prompt is computed.
  void plan(EntryJob& job, const kv::Prompt& prompt) const;

  // Until the last token, or until stopped, when the row is abandoned.
  async::Task<> generate(EntryJob& job, async::Stop& stop);

  // Stores what a run finds in the cache when it begins; returns how many are stored.
  async::Task<std::size_t> ingest(std::span<const kv::Piece> pieces, async::Stop& stop);
  // Takes out of the cache what was ingested; returns how many were still there.
  async::Task<std::size_t> drop(std::span<const kv::Piece> pieces, async::Stop& stop);

 private:
  KvEntry entry_of(const kv::Piece& piece) const;
  async::Task<> reuse(EntryJob& job, async::Stop& stop);
  async::Task<> ask_again(EntryJob& job, const KvEntry& entry, async::Stop& stop);
  async::Task<bool> prefill(EntryJob& job, async::Stop& stop);
  async::Task<> store(EntryJob& job, const KvEntry& entry, async::Stop& stop);
  async::Task<> store_again(EntryJob& job, async::Stop& stop);
  async::Task<bool> decode(EntryJob& job, async::Stop& stop);
  async::Task<bool> read_for_decode(EntryJob& job, async::Stop& stop);
  async::Task<std::optional<TierId>> read(EntryJob& job, const KvEntry& entry, async::Stop& stop);
  async::Task<bool> speak(EntryJob& job, Tokens tokens, async::Stop& stop);
  std::int64_t stamp() const { return (loop_.now() - origin_).count(); }

  async::Loop& loop_;
  cache::Cache& cache_;
  EntryOptions options_;
  async::Semaphore accelerator_;
  async::Semaphore allocations_;
  Time origin_;
};

}  // namespace spillway::serve
