// SPDX-License-Identifier: Apache-2.0
#include "serve/engine.h"

#include <algorithm>
#include <utility>

#include "core/error.h"

namespace spillway::serve {

// A request as the engine sees it. It outlives its client while blocks are on their way to it.
struct Sequence {
  enum class State : std::uint8_t {
    waiting,   // for a place on the device
    loading,   // what lies below the device
    ready,     // its prompt's rest can enter a step
    computed,  // ahead of its blocks, which are still being loaded
    decoding,
    over
  };

  Generation* client = nullptr;  // null once it is gone
  EngineRequest request;
  std::vector<kv::BlockKey> keys;  // of prompt and answer
  State state = State::waiting;
  std::uint32_t tokens = 0;  // out
  bool load_pending = false;
  bool looked_up = false;  // its prefix was counted

  std::vector<kv::BlockKey> held;  // on the device, known by key
  std::size_t private_blocks = 0;  // on the device besides
  std::size_t known_blocks = 0;    // leading blocks that publish() is through with
  std::size_t found_blocks = 0;    // below the device
  std::uint64_t to_compute = 0;    // tokens

  std::size_t context() const { return request.prompt.size() + tokens; }
};

namespace {

using State = Sequence::State;

std::span<const kv::BlockKey> leading(const Sequence& sequence, Tokens block_tokens) {
  return std::span(sequence.keys).first(sequence.context() / block_tokens.count());
}

// Whole blocks' tokens by tier, one token less where that is all of the prompt.
PerTier<std::uint64_t> tokens_of(const PerTier<std::size_t>& blocks, std::uint64_t block_tokens,
                                 std::uint64_t prompt) {
  PerTier<std::uint64_t> tokens{};
  std::uint64_t all = 0;
  for (const TierId tier : kAllTiers) all += tokens[tier] = blocks[tier] * block_tokens;
  for (auto tier = kAllTiers.rbegin(); all >= prompt && tier != kAllTiers.rend(); ++tier) {
    const std::uint64_t excess = std::min(tokens[*tier], all + 1 - prompt);
    tokens[*tier] -= excess;
    all -= excess;
  }
  return tokens;
}

}  // namespace

Generation::Generation(Engine& engine, EngineRequest request)
    : engine_(engine), arrived_(engine.loop_.now()), changed_(engine.loop_, "tokens of an answer") {
  sequence_ = engine.add(*this, std::move(request));
}

Generation::~Generation() {
  if (sequence_ != nullptr) engine_.forget(*sequence_);
}

async::Task<> Generation::progress(std::uint32_t seen, async::Stop& stop) {
  while (tokens_ <= seen && !done_ && !stop.requested()) co_await changed_.wait(stop);
}

Engine::Engine(async::Loop& loop, BlockManager* manager, const EngineOptions& options)
    : loop_(loop),
      manager_(manager),
      options_(options),
      device_(options.device_blocks, options.device_prefix_cache),
      changed_(loop, "requests for the engine") {
  check(options.block_tokens > Tokens(0), "a block has tokens");
}

Engine::~Engine() = default;

std::size_t Engine::blocks_for(std::size_t tokens) const {
  const std::size_t block = options_.block_tokens.count();
  return (tokens + block - 1) / block;
}

Unfit Engine::unfit(std::size_t prompt_tokens, std::size_t answer_tokens) const {
  if (prompt_tokens == 0 || answer_tokens == 0) return Unfit::no_tokens;
  if (prompt_tokens > options_.max_num_tokens) return Unfit::max_num_tokens;
  const std::size_t all = prompt_tokens + answer_tokens;
  if (all > options_.max_model_len) return Unfit::max_model_len;
  return blocks_for(all) > device_.capacity() ? Unfit::device_memory : Unfit::none;
}

Sequence* Engine::add(Generation& client, EngineRequest request) {
  check(unfit(request.prompt.size(), request.answer.size()) == Unfit::none,
        "a request fits that is given to the engine");
  auto sequence = std::make_unique<Sequence>();
  sequence->client = &client;
  std::vector<kv::TokenId> all = request.prompt;
  all.insert(all.end(), request.answer.begin(), request.answer.end());
  sequence->keys = kv::token_block_keys(all, options_.block_tokens);
  sequence->request = std::move(request);
  ++figures_.requests_received;
  Sequence* const added = sequence.get();
  waiting_.push_back(std::move(sequence));
  if (group_ != nullptr) admit(*group_);
  changed_.notify_all();
  return added;
}

// It is taken out between two steps.
void Engine::forget(Sequence& sequence) {
  sequence.client = nullptr;
  ++figures_.requests_cancelled;
  changed_.notify_all();
}

async::Task<> Engine::run(async::Stop& stop) {
  co_await async::with_group(loop_, stop, [&](async::Group& group) -> async::Task<> {
    group_ = &group;
    co_await step_until(group, group.stop());
    group_ = nullptr;
    group.stop().request();
  });
  abandon_all();
}

async::Task<> Engine::step_until(async::Group& group, async::Stop& stop) {
  while (!stop.requested()) {
    sweep();
    admit(group);
    plan(step_);
    if (step_.prefills.empty() && step_.decodes.empty()) {
      co_await changed_.wait(stop);
      continue;
    }
    const bool whole = co_await loop_.sleep_for(step_.length, stop);
    if (whole) finish(step_);
  }
}

// Those who wait are served in the order they came: a large request is not overtaken.
void Engine::admit(async::Group& group) {
  while (!waiting_.empty() && running_.size() < options_.max_batch) {
    if (!place_on_device(*waiting_.front())) return;
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    Sequence& sequence = *running_.back();
    if (sequence.client != nullptr) sequence.client->admitted_ = loop_.now();
    const std::size_t on_device = sequence.held.size();
    if (manager_ == nullptr || on_device == leading(sequence, options_.block_tokens).size()) {
      count_lookup(sequence, {on_device, 0, 0});
      make_ready(sequence, on_device);
    } else {
      sequence.load_pending = true;
      sequence.state = State::loading;
      group.spawn(load(sequence, group.stop()));
    }
  }
}

bool Engine::place_on_device(Sequence& sequence) {
  const std::span<const kv::BlockKey> keys = leading(sequence, options_.block_tokens);
  const std::size_t held = device_.hold_prefix(keys);
  const std::size_t others = blocks_for(sequence.context()) - held;
  if (!device_.take(others)) {
    device_.release(keys.first(held), 0);
    return false;
  }
  sequence.held.assign(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(held));
  sequence.private_blocks = others;
  sequence.known_blocks = held;
  sequence.found_blocks = 0;
  return true;
}

async::Task<> Engine::load(Sequence& sequence, async::Stop& stop) {
  const std::size_t on_device = sequence.held.size();
  const std::span<const kv::BlockKey> keys =
      leading(sequence, options_.block_tokens).subspan(on_device);
  FoundPrefix found = co_await manager_->find(keys, stop);
  if (options_.overlap_loads) make_ready(sequence, on_device + found.blocks());
  Onboarded got = co_await manager_->load(std::move(found), stop, sequence.request.id);
  if (stop.requested()) co_return;
  got.hits[TierId::gpu] = on_device;
  count_lookup(sequence, got.hits);
  sequence.load_pending = false;
  const std::size_t arrived = on_device + got.blocks;
  if (sequence.state == State::computed && arrived == sequence.found_blocks) {
    emit(sequence);
  } else if (sequence.state != State::ready || arrived != sequence.found_blocks) {
    make_ready(sequence, arrived);
  }
  changed_.notify_all();
}

// The leading `found` blocks need not be computed. After a computation that relied on more of them,
// what is missing is computed in another step.
void Engine::make_ready(Sequence& sequence, std::size_t found) {
  const std::size_t block = options_.block_tokens.count();
  const std::size_t context = sequence.context();
  sequence.to_compute = sequence.state == State::computed
                            ? (sequence.found_blocks - found) * block
                            : context - std::min(found * block, context - 1);
  sequence.found_blocks = found;
  sequence.state = State::ready;
  changed_.notify_all();
}

void Engine::count_lookup(Sequence& sequence, const PerTier<std::size_t>& hits) {
  const std::size_t prompt = sequence.request.prompt.size();
  if (sequence.client != nullptr) sequence.client->loaded_ = loop_.now();
  if (std::exchange(sequence.looked_up, true)) return;
  const PerTier<std::uint64_t> tokens = tokens_of(hits, options_.block_tokens.count(), prompt);
  figures_.prompt_tokens += prompt;
  figures_.blocks_asked[TierId::gpu] += prompt / options_.block_tokens.count();
  figures_.blocks_hit[TierId::gpu] += hits[TierId::gpu];
  for (const TierId tier : kAllTiers) figures_.hit_tokens[tier] += tokens[tier];
  if (sequence.client != nullptr) sequence.client->hit_tokens_ = tokens;
}

void Engine::plan(Step& step) {
  step.prefills.clear();
  step.decodes.clear();
  step.prefill_tokens = 0;
  for (std::size_t i = 0; i < running_.size();) {
    const bool stays = running_[i]->state != State::decoding || find_next_block(*running_[i]);
    if (stays) ++i;  // else it was taken out of the line
  }
  std::uint64_t left = options_.max_num_tokens;
  for (const auto& sequence : running_) {
    if (sequence->state != State::ready) continue;
    // One that was preempted may have grown beyond what a step takes: it has a step to itself.
    const bool alone = step.prefills.empty() && sequence->to_compute > options_.max_num_tokens;
    if (sequence->to_compute > left && !alone) break;
    left -= std::min(left, sequence->to_compute);
    step.prefill_tokens += sequence->to_compute;
    step.prefills.push_back(sequence.get());
  }
  for (const auto& sequence : running_) {
    if (sequence->state != State::decoding || left == 0) continue;
    --left;
    step.decodes.push_back(sequence.get());
  }
  step.length = length_of(step);
}

// A place for the token that the request decodes next. False when it had to go itself.
bool Engine::find_next_block(Sequence& sequence) {
  while (blocks_for(sequence.context()) > sequence.held.size() + sequence.private_blocks) {
    if (device_.take(1)) {
      ++sequence.private_blocks;
      continue;
    }
    const auto youngest = std::ranges::find_if(running_.rbegin(), running_.rend(),
                                               [](const auto& one) { return !one->load_pending; });
    check(youngest != running_.rend(), "a request that decodes is running");
    Sequence& victim = **youngest;
    preempt(std::prev(youngest.base()));
    if (&victim == &sequence) return false;
  }
  return true;
}

void Engine::preempt(std::vector<std::unique_ptr<Sequence>>::iterator place) {
  ++figures_.preemptions;
  leave_device(**place);
  (*place)->state = State::waiting;
  waiting_.push_front(std::move(*place));
  running_.erase(place);
}

Duration Engine::length_of(const Step& step) const {
  Duration length{};
  if (options_.prefill_tokens_per_s > 0) {
    length = from_seconds(static_cast<double>(step.prefill_tokens) / options_.prefill_tokens_per_s);
  }
  if (!step.decodes.empty()) {
    length += options_.decode_step +
              options_.decode_step_per_request * static_cast<Duration::rep>(step.decodes.size());
  }
  return length;
}

void Engine::finish(const Step& step) {
  figures_.prefilled_tokens += step.prefill_tokens;
  for (Sequence* const sequence : step.prefills) finish_prefill(*sequence);
  for (Sequence* const sequence : step.decodes) emit(*sequence);
}

void Engine::finish_prefill(Sequence& sequence) {
  publish(sequence);
  if (manager_ != nullptr) {
    manager_->offer(leading(sequence, options_.block_tokens), sequence.tokens == 0,
                    sequence.request.id);
  }
  if (sequence.load_pending) {
    sequence.state = State::computed;
  } else {
    emit(sequence);
  }
}

// Blocks that are full become known on the device.
void Engine::publish(Sequence& sequence) {
  const std::span<const kv::BlockKey> keys = leading(sequence, options_.block_tokens);
  for (; sequence.known_blocks < keys.size(); ++sequence.known_blocks) {
    if (!device_.publish(keys[sequence.known_blocks])) continue;
    sequence.held.push_back(keys[sequence.known_blocks]);
    --sequence.private_blocks;
  }
}

void Engine::emit(Sequence& sequence) {
  const Time now = loop_.now();
  ++figures_.generated_tokens;
  ++sequence.tokens;
  sequence.state = State::decoding;
  if (sequence.client != nullptr) tell(*sequence.client, now);
  if (sequence.tokens == sequence.request.answer.size()) end(sequence);
}

void Engine::tell(Generation& client, Time now) {
  if (client.tokens_ == 0) {
    client.first_token_ = now;
    figures_.first_token.add((now - client.arrived_).count());
    figures_.queue.add((client.admitted_ - client.arrived_).count());
  } else {
    figures_.inter_token.add((now - client.last_token_).count());
  }
  client.last_token_ = now;
  ++client.tokens_;
  client.changed_.notify_all();
}

void Engine::end(Sequence& sequence) {
  publish(sequence);
  if (manager_ != nullptr) {
    manager_->offer(leading(sequence, options_.block_tokens), false, sequence.request.id);
  }
  leave_device(sequence);
  sequence.state = State::over;
  ++figures_.requests_completed;
  Generation* const client = std::exchange(sequence.client, nullptr);
  if (client == nullptr) return;
  figures_.request.add((loop_.now() - client->arrived_).count());
  client->done_ = true;
  client->sequence_ = nullptr;
}

void Engine::leave_device(Sequence& sequence) {
  device_.release(sequence.held, sequence.private_blocks);
  sequence.held.clear();
  sequence.private_blocks = 0;
}

// Takes out who is over, and whose client has gone: not before what is being loaded is there.
void Engine::sweep() {
  std::erase_if(waiting_, [](const auto& sequence) { return sequence->client == nullptr; });
  std::erase_if(running_, [&](const auto& sequence) {
    if (sequence->state == State::over) return true;
    if (sequence->client != nullptr || sequence->load_pending) return false;
    leave_device(*sequence);
    return true;
  });
}

void Engine::abandon_all() {
  const auto abandon = [&](Sequence& sequence) {
    leave_device(sequence);
    Generation* const client = std::exchange(sequence.client, nullptr);
    if (client == nullptr) return;
    ++figures_.requests_cancelled;
    client->abandoned_ = true;
    client->done_ = true;
    client->sequence_ = nullptr;
    client->changed_.notify_all();
  };
  for (const auto& sequence : waiting_) abandon(*sequence);
  for (const auto& sequence : running_) {
    if (sequence->state != State::over) abandon(*sequence);
  }
  waiting_.clear();
  running_.clear();
}

async::Task<> Engine::reset_prefix_cache(bool tiers, async::Stop& stop) {
  device_.forget();
  if (tiers && manager_ != nullptr) co_await manager_->reset(stop);
}

EngineFigures Engine::figures() const {
  EngineFigures figures = figures_;
  if (manager_ != nullptr) manager_->add_to(figures);
  figures.blocks_evicted[TierId::gpu] = device_.evicted();
  figures.capacity_blocks[TierId::gpu] = device_.capacity();
  figures.used_blocks[TierId::gpu] = device_.used();
  figures.running = static_cast<std::uint64_t>(
      std::ranges::count_if(running_, [](const auto& one) { return one->client != nullptr; }));
  figures.waiting = static_cast<std::uint64_t>(
      std::ranges::count_if(waiting_, [](const auto& one) { return one->client != nullptr; }));
  figures.block_bytes = options_.block_bytes.count();
  figures.block_tokens = options_.block_tokens.count();
  return figures;
}

}  // namespace spillway::serve
