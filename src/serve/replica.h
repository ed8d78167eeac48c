// Replica: runs a request as an inference engine would, on our own tiers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "async/event.h"
#include "async/group.h"
#include "async/loop.h"
#include "async/semaphore.h"
#include "async/stop.h"
#include "async/task.h"
#include "cache/cache.h"
#include "core/bytes.h"
#include "kv/block_key.h"
#include "kv/prompt.h"
#include "record/request_row.h"
#include "serve/compute_model.h"

namespace spillway::serve {

struct ReplicaOptions {
  ComputeModel compute;
  Tokens block_tokens;  // of every block
  Bytes block_bytes;    // likewise
  Bytes all_tiers;      // capacities together; kUnlimited where one is
};

// A request under way, beside the row that records it; stamps are nanoseconds since the origin.
struct Job {
  Job(async::Loop& loop, record::RequestRow& its_row)
      : row(its_row), prompt_stored(loop, "a prompt's blocks being stored") {}

  record::RequestRow& row;         // identity and token counts are given, the rest is filled in
  std::vector<kv::BlockKey> keys;  // of the prompt's blocks
  std::vector<kv::BlockKey> generated_keys;  // of the blocks that the answer fills
  bool stores = false;                       // the blocks of the prompt are on their way
  async::Event prompt_stored;
};

// Lives on one shard. Prefills go one after another, as on one accelerator; answers are decoded
// side by side. The prompt's new blocks are stored while the answer is decoded, the answer's
// afterwards.
class Replica {
 public:
  Replica(async::Loop& loop, cache::Cache& cache, const ReplicaOptions& options);

  void set_origin(Time origin) { origin_ = origin; }

  // Fills in the job's keys from its prompt and row. `answer_id`: the identity of the answer, where
  // later prompts repeat it.
  void plan(Job& job, const kv::Prompt& prompt,
            std::optional<std::uint64_t> answer_id = std::nullopt) const;

  // Matches the prefix, loads what hit, computes the rest, decodes: until the last token, or until
  // stopped, when the row is abandoned.
  async::Task<> generate(Job& job, async::Group& beside, async::Stop& stop);
  // Until its blocks are stored. Always called, once, after generate().
  async::Task<> settle(Job& job, async::Stop& stop);

 private:
  void plan_named_answer(Job& job, kv::Prompt prompt, std::uint64_t answer_id) const;
  void plan_answer(Job& job, std::uint64_t scope) const;
  async::Task<> load(Job& job, async::Stop& stop);
  async::Task<bool> prefill(const Job& job, async::Stop& stop);
  async::Task<> let_storing_begin();
  async::Task<> store_prompt(Job& job, async::Stop& stop);
  async::Task<> store(Job& job, std::span<const kv::BlockKey> keys, async::Stop& stop);
  std::size_t storable(const Job& job) const;
  std::int64_t stamp() const { return (loop_.now() - origin_).count(); }

  async::Loop& loop_;
  cache::Cache& cache_;
  ReplicaOptions options_;
  async::Semaphore accelerator_;
  Time origin_;
};

}  // namespace spillway::serve
