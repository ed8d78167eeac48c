// SPDX-License-Identifier: Apache-2.0
#include "serve/replica.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/size_text.h"
#include "serve/cause.h"

namespace spillway::serve {

using record::RequestRow;
using record::Status;

Replica::Replica(async::Loop& loop, cache::Cache& cache, const ReplicaOptions& options)
    : loop_(loop), cache_(cache), options_(options), accelerator_(loop, 1, "the accelerator") {
  check(options.block_tokens > Tokens(0), "a block has tokens");
}

// A request that only computes its prompt says nothing. A trace names no identity for an answer, so
// the blocks that it fills have keys of their own there, and no later prompt finds them.
void Replica::plan(Job& job, const kv::Prompt& prompt,
                   std::optional<std::uint64_t> answer_id) const {
  if (job.row.phase == RequestPhase::prefill) job.row.output_tokens = 0;
  job.keys = kv::block_keys(prompt, options_.block_tokens);
  if (answer_id) {
    plan_named_answer(job, prompt, *answer_id);
  } else {
    plan_answer(job, prompt.scope);
  }
  const std::uint64_t blocks = job.keys.size() + job.generated_keys.size();
  const bool fits =
      options_.all_tiers == kUnlimited || blocks * options_.block_bytes <= options_.all_tiers;
  if (!fits) job.row.flags |= RequestRow::kOversized;
}

void Replica::plan_named_answer(Job& job, kv::Prompt prompt, std::uint64_t answer_id) const {
  prompt.pieces.push_back({.id = answer_id, .tokens = Tokens(job.row.output_tokens)});
  const std::vector<kv::BlockKey> whole = kv::block_keys(prompt, options_.block_tokens);
  job.generated_keys.assign(whole.begin() + static_cast<std::ptrdiff_t>(job.keys.size()),
                            whole.end());
}

// Blocks that the whole sequence has beyond the prompt's.
void Replica::plan_answer(Job& job, std::uint64_t scope) const {
  const std::uint64_t whole =
      (job.row.input_tokens + job.row.output_tokens) / options_.block_tokens.count();
  const kv::BlockKey last = job.keys.empty() ? kv::root_key(scope) : job.keys.back();
  for (std::uint64_t n = job.keys.size(); n < whole; ++n) {
    job.generated_keys.push_back(kv::generated_key(last, job.row.index, n));
  }
}

async::Task<> Replica::generate(Job& job, async::Group& beside, async::Stop& stop) {
  RequestRow& row = job.row;
  row.status = Status::abandoned;  // until it is done
  row.started = stamp();
  co_await load(job, stop);
  if (stop.requested()) co_return;
  row.loaded = stamp();
  row.tier_time = row.loaded - row.started;
  const bool computed = co_await prefill(job, stop);
  if (!computed) co_return;
  row.first_token = stamp();
  job.stores = true;
  beside.spawn(store_prompt(job, stop));
  co_await let_storing_begin();
  const Duration decode = options_.compute.decode_time(Tokens(row.output_tokens));
  const bool decoded = decode == Duration::zero() || co_await loop_.sleep_for(decode, stop);
  if (!decoded) co_return;
  row.generation = decode.count();
  row.done = stamp();
  row.status = Status::completed;
}

// An answer that takes no time must not be over before its prompt's blocks are known to be on their
// way: the conversation's next turn would come at once and miss them. A spawned task starts a turn
// of the loop later, and so do the lanes in which the cache stores.
async::Task<> Replica::let_storing_begin() {
  co_await loop_.yield();
  co_await loop_.yield();
}

async::Task<> Replica::load(Job& job, async::Stop& stop) {
  RequestRow& row = job.row;
  cache::Match match = co_await cache_.match(job.keys, stop);
  const cache::LoadOutcome loaded = co_await cache_.load(std::move(match), stop, cause_of(row));
  row.blocks_asked = job.keys.size();
  row.tokens_asked = row.input_tokens;
  for (const TierId tier : kAllTiers) {
    row.blocks_hit.at(index_of(tier)) = loaded.hits[tier];
    row.read_bytes.at(index_of(tier)) = loaded.bytes_read[tier];
  }
  row.tokens_hit = std::min(loaded.blocks_hit * options_.block_tokens.count(), row.input_tokens);
  row.failed_operations += loaded.failed;
}

// Also a prompt that hit as a whole computes its last token: that is where the answer comes from.
async::Task<bool> Replica::prefill(const Job& job, async::Stop& stop) {
  const Tokens rest(std::max<std::uint64_t>(job.row.input_tokens - job.row.tokens_hit, 1));
  const Duration length = options_.compute.prefill_time(rest);
  if (length == Duration::zero()) co_return true;
  const std::uint64_t granted = co_await accelerator_.acquire(1, stop);
  if (granted == 0) co_return false;
  const bool computed = co_await loop_.sleep_for(length, stop);
  accelerator_.release(granted);
  co_return computed;
}

// The leading blocks that all tiers together can hold: of a request larger than that, the rest
// would only push out its own beginning, without which no block of it is of use.
std::size_t Replica::storable(const Job& job) const {
  const std::size_t all = job.keys.size() + job.generated_keys.size();
  if (!job.row.has(RequestRow::kOversized)) return all;
  return std::min<std::size_t>(all, options_.all_tiers / options_.block_bytes);
}

async::Task<> Replica::store_prompt(Job& job, async::Stop& stop) {
  const std::span<const kv::BlockKey> keys(job.keys);
  co_await store(job, keys.first(std::min(keys.size(), storable(job))), stop);
  job.prompt_stored.set();
}

async::Task<> Replica::store(Job& job, std::span<const kv::BlockKey> keys, async::Stop& stop) {
  const cache::StoreOutcome outcome =
      co_await cache_.store(keys, options_.block_bytes, stop, cause_of(job.row));
  for (const TierId tier : kAllTiers) {
    job.row.written_bytes.at(index_of(tier)) +=
        outcome.stored_in[tier] * options_.block_bytes.count();
  }
  job.row.failed_operations += outcome.failed;
}

async::Task<> Replica::settle(Job& job, async::Stop& stop) {
  if (!job.stores) co_return;
  co_await job.prompt_stored.wait();
  const std::size_t before = std::min(job.keys.size(), storable(job));
  const std::span<const kv::BlockKey> generated(job.generated_keys);
  if (job.row.status == Status::completed) {
    co_await store(job, generated.first(storable(job) - before), stop);
  }
  cache_.touch(generated);
  cache_.touch(job.keys);
  job.row.stored = stamp();
}

}  // namespace spillway::serve
