// Engine: requests batched as an inference engine does it, on a modelled accelerator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "async/condition.h"
#include "async/group.h"
#include "async/loop.h"
#include "async/stop.h"
#include "async/task.h"
#include "core/bytes.h"
#include "core/tier_id.h"
#include "core/time.h"
#include "kv/token_blocks.h"
#include "serve/block_manager.h"
#include "serve/device_cache.h"
#include "serve/engine_figures.h"

namespace spillway::serve {

struct EngineOptions {
  Tokens block_tokens{32};
  Bytes block_bytes;
  std::uint32_t max_num_tokens = 8192;   // of one step, so of one prompt
  std::uint32_t max_batch = 256;         // requests on the device
  std::uint32_t max_model_len = 131072;  // of a prompt and its answer
  std::size_t device_blocks = 0;
  bool device_prefix_cache = false;
  bool overlap_loads = false;  // the rest is computed while blocks are loaded, layer by layer

  // The modelled accelerator; 0 takes no time. A step takes what its prompts' tokens take, and if
  // it decodes at all, decode_step and decode_step_per_request for each request that does.
  double prefill_tokens_per_s = 0;
  Duration decode_step{};
  Duration decode_step_per_request{};
};

struct EngineRequest {
  std::uint64_t id = 0;
  std::vector<kv::TokenId> prompt;
  std::vector<kv::TokenId> answer;  // known beforehand, since a model of a model has no choice
};

// Why a request cannot run here at all.
enum class Unfit : std::uint8_t { none, no_tokens, max_num_tokens, max_model_len, device_memory };

class Engine;
struct Sequence;

// A request in the engine, as its client holds it. When it goes before it is done the request is
// cancelled. Lives on the engine's loop, and not longer than the engine.
class Generation {
 public:
  // The request fits: engine.unfit() said so.
  Generation(Engine& engine, EngineRequest request);
  ~Generation();
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;

  // Of the answer, that are out; all of them once it is done.
  std::uint32_t tokens() const { return tokens_; }
  bool done() const { return done_; }
  // The engine ended before the answer did.
  bool abandoned() const { return abandoned_; }
  // Waits until more than `seen` tokens are out, or it is over, or the stop. For one frame.
  async::Task<> progress(std::uint32_t seen, async::Stop& stop);

  // Of the prompt, found instead of computed; known with the first token. At least one token is
  // always computed, so of a prompt that was found whole all but one count.
  const PerTier<std::uint64_t>& hit_tokens() const { return hit_tokens_; }
  Time arrived() const { return arrived_; }
  Time admitted() const { return admitted_; }  // to the device; the last time, when preempted
  Time loaded() const { return loaded_; }      // what was found below the device is there
  Time first_token() const { return first_token_; }

 private:
  friend class Engine;
  Engine& engine_;
  Sequence* sequence_ = nullptr;
  std::uint32_t tokens_ = 0;
  bool done_ = false;
  bool abandoned_ = false;
  PerTier<std::uint64_t> hit_tokens_{};
  Time arrived_;
  Time admitted_;
  Time loaded_;
  Time first_token_;
  Time last_token_;
  async::Condition changed_;
};

// Steps, one after another, on one loop. Requests wait in the order of their arrival for a place in
// the batch and device memory for their prompts; what is found below the device is loaded while
// others run; then the whole rest of the prompt enters a step, prompts first, as far as the step's
// tokens allow, and decoding requests, one token each, as far as they still do. At the step's end
// every prompt in it has its first token, every decoding request one more. When a request needs
// another block and none is left, the youngest loses its place, and begins again at the head of the
// queue with what it has said so far as part of its prompt.
class Engine {
 public:
  // `manager` null: nothing below the device (B0).
  Engine(async::Loop& loop, BlockManager* manager, const EngineOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Unfit unfit(std::size_t prompt_tokens, std::size_t answer_tokens) const;
  // A request that was refused for that is counted.
  void count_refused() { ++figures_.requests_refused; }

  // Until stopped; what is under way then is abandoned.
  async::Task<> run(async::Stop& stop);

  // The device forgets what no request holds; `tiers`: those below it, too, once they are quiet.
  async::Task<> reset_prefix_cache(bool tiers, async::Stop& stop);

  EngineFigures figures() const;
  const EngineOptions& options() const { return options_; }

 private:
  friend class Generation;
  struct Step {
    std::vector<Sequence*> prefills;
    std::vector<Sequence*> decodes;
    std::uint64_t prefill_tokens = 0;
    Duration length{};
  };

  Sequence* add(Generation& client, EngineRequest request);
  void forget(Sequence& sequence);

  async::Task<> step_until(async::Group& group, async::Stop& stop);
  void admit(async::Group& group);
  bool place_on_device(Sequence& sequence);
  async::Task<> load(Sequence& sequence, async::Stop& stop);
  void make_ready(Sequence& sequence, std::size_t found);
  void count_lookup(Sequence& sequence, const PerTier<std::size_t>& hits);
  void plan(Step& step);
  bool find_next_block(Sequence& sequence);
  void preempt(std::vector<std::unique_ptr<Sequence>>::iterator place);
  Duration length_of(const Step& step) const;
  void finish(const Step& step);
  void finish_prefill(Sequence& sequence);
  void emit(Sequence& sequence);
  void tell(Generation& client, Time now);
  void end(Sequence& sequence);
  void leave_device(Sequence& sequence);
  void publish(Sequence& sequence);
  void sweep();
  void abandon_all();
  std::size_t blocks_for(std::size_t tokens) const;

  async::Loop& loop_;
  BlockManager* manager_;
  EngineOptions options_;
  DeviceCache device_;
  std::deque<std::unique_ptr<Sequence>> waiting_;
  std::vector<std::unique_ptr<Sequence>> running_;  // in the order of their admission
  async::Group* group_ = nullptr;                   // of the loads, while the engine runs
  Step step_;                                       // kept for its memory
  EngineFigures figures_;
  async::Condition changed_;
};

}  // namespace spillway::serve
