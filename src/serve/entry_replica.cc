// SPDX-License-Identifier: Apache-2.0
#include "serve/entry_replica.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "async/group.h"
#include "core/error.h"
#include "serve/cause.h"

namespace spillway::serve {
namespace {

using record::RequestRow;
using record::ReuseKind;
using record::Status;

// Entries are of one scope: their identities already say what they are of.
constexpr std::uint64_t kScope = 0;

ReuseKind kind_of(kv::Role role) {
  if (role == kv::Role::system) return ReuseKind::system_prompt;
  return role == kv::Role::retrieved ? ReuseKind::retrieval : ReuseKind::history;
}

// What is stored again when it is asked for and not there.
bool is_shared(ReuseKind kind) { return kind != ReuseKind::history; }

}  // namespace

EntryReplica::EntryReplica(async::Loop& loop, cache::Cache& cache, const EntryOptions& options)
    : loop_(loop),
      cache_(cache),
      options_(options),
      accelerator_(loop, 1, "the accelerator"),
      allocations_(loop,
                   options.most_allocations == 0 ? std::numeric_limits<std::uint64_t>::max()
                                                 : options.most_allocations,
                   "a place among the entries being stored") {
  check(options.bytes_per_token > Bytes(0), "a token has bytes");
  check(options.decode_batch > Tokens(0), "a batch has tokens");
}

KvEntry EntryReplica::entry_of(const kv::Piece& piece) const {
  return {.key = kv::chain_part(kv::root_key(kScope), piece.id, 0, piece.tokens.count()),
          .tokens = piece.tokens,
          .size = options_.bytes_per_token * piece.tokens.count(),
          .kind = kind_of(piece.role)};
}

void EntryReplica::plan(EntryJob& job, const kv::Prompt& prompt) const {
  RequestRow& row = job.row;
  row.flags |= RequestRow::kEntries;
  row.input_tokens = 0;
  std::optional<KvEntry> last_turn;
  for (const kv::Piece& piece : prompt.pieces) {
    switch (piece.role) {
      case kv::Role::answer:
        break;  // what was said back is not kept
      case kv::Role::text:
      case kv::Role::fresh:
        job.own = entry_of(piece);
        break;
      case kv::Role::history:
        last_turn = entry_of(piece);
        if (options_.history == HistoryReload::all) job.reused.push_back(*last_turn);
        break;
      case kv::Role::system:
      case kv::Role::retrieved:
        job.reused.push_back(entry_of(piece));
        row.input_tokens += piece.tokens.count();
        break;
    }
  }
  if (last_turn && options_.history == HistoryReload::previous) job.reused.push_back(*last_turn);
  if (job.own) row.input_tokens += job.own->tokens.count();
  if (row.phase == RequestPhase::prefill) row.output_tokens = 0;
}

async::Task<> EntryReplica::generate(EntryJob& job, async::Stop& stop) {
  RequestRow& row = job.row;
  row.status = Status::abandoned;  // until it is done
  row.started = stamp();
  co_await reuse(job, stop);
  if (stop.requested()) co_return;
  row.loaded = stamp();
  const bool stored = co_await prefill(job, stop);
  if (!stored) co_return;
  row.first_token = stamp();
  if (row.phase != RequestPhase::prefill) {
    const bool decoded = co_await decode(job, stop);
    if (!decoded) co_return;
  }
  row.done = row.stored = stamp();
  row.status = Status::completed;
}

async::Task<> EntryReplica::reuse(EntryJob& job, async::Stop& stop) {
  if (job.reused.empty()) co_return;
  const std::int64_t begun = stamp();
  if (job.reused.size() == 1) {
    co_await ask_again(job, job.reused.front(), stop);
  } else {
    co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
      for (const KvEntry& entry : job.reused) group.spawn(ask_again(job, entry, group.stop()));
      co_return;
    });
  }
  job.row.tier_time += stamp() - begun;
}

async::Task<> EntryReplica::ask_again(EntryJob& job, const KvEntry& entry, async::Stop& stop) {
  RequestRow& row = job.row;
  const std::optional<TierId> hit = co_await read(job, entry, stop);
  if (!hit && stop.requested()) co_return;
  const std::size_t kind = index_of(entry.kind);
  ++row.blocks_asked;
  ++row.reuse_asked.at(kind);
  row.tokens_asked += entry.tokens.count();
  if (hit) {
    ++row.reuse_hit.at(kind);
    ++row.blocks_hit.at(index_of(*hit));
    row.tokens_hit += entry.tokens.count();
    row.reuse_tokens.at(kind) += static_cast<std::uint32_t>(entry.tokens.count());
    co_return;
  }
  job.computed += entry.tokens;
  if (is_shared(entry.kind) && options_.stores_missing) job.missing.push_back(entry);
}

// Computes what is not there and stores it. A request that only decodes adds nothing.
async::Task<bool> EntryReplica::prefill(EntryJob& job, async::Stop& stop) {
  const bool adds = job.own && job.row.phase != RequestPhase::decode;
  if (adds) {
    job.computed += job.own->tokens;
    job.missing.push_back(*job.own);
  }
  const Duration length = options_.compute.prefill_time(job.computed);
  if (length > Duration::zero()) {
    const std::uint64_t granted = co_await accelerator_.acquire(1, stop);
    if (granted == 0) co_return false;
    const bool computed = co_await loop_.sleep_for(length, stop);
    accelerator_.release(granted);
    if (!computed) co_return false;
  }
  if (job.missing.empty()) co_return true;
  const std::int64_t begun = stamp();
  for (const KvEntry& entry : job.missing) co_await store(job, entry, stop);
  const std::int64_t took = stamp() - begun;
  job.row.tier_time += took;
  if (adds) job.row.entry_write = took;
  co_return !stop.requested();
}

async::Task<> EntryReplica::store(EntryJob& job, const KvEntry& entry, async::Stop& stop) {
  const std::uint64_t granted = co_await allocations_.acquire(1, stop);
  if (granted == 0) co_return;
  const cache::StoreOutcome outcome =
      co_await cache_.store(std::span(&entry.key, 1), entry.size, stop, cause_of(job.row));
  allocations_.release(granted);
  for (const TierId tier : kAllTiers) {
    job.row.written_bytes.at(index_of(tier)) += outcome.stored_in[tier] * entry.size.count();
  }
  job.row.failed_operations += outcome.failed;
}

// A document's query has read its chunks once already.
async::Task<bool> EntryReplica::decode(EntryJob& job, async::Stop& stop) {
  const Tokens all(job.row.output_tokens);
  if (job.own) {
    const bool there = co_await read_for_decode(job, stop);
    if (!there) {
      if (!stop.requested() && options_.stores_missing) co_await store_again(job, stop);
      co_return co_await speak(job, all, stop);
    }
  }
  Tokens said;
  do {
    co_await read_for_decode(job, stop);
    const Tokens batch = std::min(options_.decode_batch, all - said);
    const bool spoken = co_await speak(job, batch, stop);
    if (!spoken) co_return false;
    said += batch;
  } while (said < all);
  co_return true;
}

async::Task<> EntryReplica::store_again(EntryJob& job, async::Stop& stop) {
  const std::int64_t begun = stamp();
  if (job.own) co_await store(job, *job.own, stop);
  job.row.tier_time += stamp() - begun;
}

async::Task<bool> EntryReplica::read_for_decode(EntryJob& job, async::Stop& stop) {
  const std::int64_t begun = stamp();
  bool all_there = true;
  const auto own =
      job.own ? std::span<const KvEntry>(&*job.own, 1) : std::span<const KvEntry>(job.reused);
  for (const KvEntry& entry : own) {
    const std::optional<TierId> found = co_await read(job, entry, stop);
    const bool there = found.has_value();
    if (!there && stop.requested()) co_return false;
    ++(there ? job.row.decode_reads : job.row.decode_misses);
    all_there = all_there && there;
  }
  const std::int64_t took = stamp() - begun;
  job.row.tier_time += took;
  job.row.decode_read = std::max<std::int64_t>(job.row.decode_read, 0) + took;
  co_return all_there;
}

// The tier that it came from; nothing when it is not there or did not arrive.
async::Task<std::optional<TierId>> EntryReplica::read(EntryJob& job, const KvEntry& entry,
                                                      async::Stop& stop) {
  cache::Match match = co_await cache_.match(std::span(&entry.key, 1), stop);
  const cache::LoadOutcome loaded = co_await cache_.load(std::move(match), stop, cause_of(job.row));
  job.row.failed_operations += loaded.failed;
  std::optional<TierId> from;
  for (const TierId tier : kAllTiers) {
    job.row.read_bytes.at(index_of(tier)) += loaded.bytes_read[tier];
    if (loaded.hits[tier] > 0) from = tier;
  }
  co_return from;
}

async::Task<bool> EntryReplica::speak(EntryJob& job, Tokens tokens, async::Stop& stop) {
  const Duration length = options_.compute.decode_time(tokens);
  if (length == Duration::zero()) co_return !stop.requested();
  const bool spoken = co_await loop_.sleep_for(length, stop);
  job.row.generation += length.count();
  co_return spoken;
}

async::Task<std::size_t> EntryReplica::ingest(std::span<const kv::Piece> pieces,
                                              async::Stop& stop) {
  std::size_t stored = 0;
  for (const kv::Piece& piece : pieces) {
    const KvEntry entry = entry_of(piece);
    const cache::StoreOutcome outcome =
        co_await cache_.store(std::span(&entry.key, 1), entry.size, stop);
    stored += outcome.stored + outcome.present;
  }
  co_return stored;
}

async::Task<std::size_t> EntryReplica::drop(std::span<const kv::Piece> pieces, async::Stop& stop) {
  std::vector<kv::BlockKey> keys;
  for (const kv::Piece& piece : pieces) keys.push_back(entry_of(piece).key);
  const std::size_t dropped = co_await cache_.drop(keys, stop);
  co_return dropped;
}

}  // namespace spillway::serve
