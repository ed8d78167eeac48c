// SPDX-License-Identifier: Apache-2.0
#include "io/queue.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <coroutine>
#include <deque>
#include <utility>
#include <vector>

#include "core/aligned_buffer.h"
#include "core/error.h"

namespace spillway::io {
namespace {

// Filling or checking 1 MiB costs about 80 us of the loop. A turn stops after this much of it, so
// that timers and sockets are served in between; it is called again at once.
constexpr Duration kWorkPerTurn = std::chrono::microseconds(200);
constexpr std::size_t kReapBatch = 64;
constexpr Bytes kPage = 4_KiB;
constexpr std::uint64_t kSector = 512;  // the least that any direct I/O is aligned to

// One call of move(): its frame goes on when the last object is done.
struct Batch {
  std::size_t left = 0;
  std::coroutine_handle<> frame;

  bool await_ready() const { return left == 0; }
  void await_suspend(std::coroutine_handle<> waiter) { frame = waiter; }
  void await_resume() const {}
};

// A transfer that is not done yet.
struct Object {
  Transfer* transfer;
  Batch* batch;
  Bytes started = Bytes(0);  // bytes cut off so far; all of them once it failed
  std::uint32_t out = 0;     // pieces that were cut off and are not done

  bool all_started() const { return started >= transfer->length; }
};

// A part of an object, from taking memory until its sink has seen it.
struct Piece {
  Object* object = nullptr;
  Bytes offset;                 // in the object
  std::span<std::byte> memory;  // what the kernel reads or fills
  std::byte* buffer = nullptr;  // the queue's own, if it needs one
  Time submitted = Time(Duration(0));
};

}  // namespace

void QueueFigures::merge(const QueueFigures& other) {
  read_pieces += other.read_pieces;
  write_pieces += other.write_pieces;
  failed_pieces += other.failed_pieces;
  read_bytes += other.read_bytes;
  write_bytes += other.write_bytes;
  busy_ns += other.busy_ns;
  wanting_ns += other.wanting_ns;
  depth_ns += other.depth_ns;
  read_latency.merge(other.read_latency);
  write_latency.merge(other.write_latency);
}

struct Queue::Impl {
  Impl(async::Loop& the_loop, std::unique_ptr<Engine> the_engine, const QueueOptions& the_options);

  void enqueue(Object& object);
  void give_up();
  void cancel(Object& object);
  void drain_descriptor() const;
  void reap();
  void completed(const Completion& completion, Time now);
  void start_pieces(Time until);
  void submit_staged();
  void hand_over(Time until);
  bool can_start() const;
  bool done() const;
  QueueFigures& figures_until(Time now);

  std::deque<Object*>& line_of(Direction direction) {
    return direction == Direction::read ? reads : writes;
  }
  Direction next_direction() const;
  Bytes next_length() const;
  void start_piece();
  void give_memory(Piece& piece, Bytes length);
  void count(const Piece& piece, std::int64_t result, Time now);
  void fail(Object& object, std::int64_t result);
  void release(std::uint32_t number);
  void finish(Object& object);

  async::Loop& loop;
  QueueOptions options;
  AlignedBuffer arena;
  std::unique_ptr<Engine> engine;  // after the memory that it borrows

  // Last in, first out: memory that was just used is still in the processor's caches.
  std::vector<std::byte*> free_buffers;
  std::vector<Piece> pieces;  // by tag
  std::vector<std::uint32_t> free_pieces;
  std::deque<Object*> reads;  // with pieces to start; only the first has pieces out as well
  std::deque<Object*> writes;
  std::vector<Operation> staged;      // started, not yet taken by the engine
  std::deque<std::uint32_t> arrived;  // read, not yet seen by their sinks
  std::size_t in_engine = 0;
  Bytes bytes_out;
  std::uint32_t reads_in_row = 0;  // that went before a waiting write
  bool given_up = false;

  QueueFigures figures;
  Time accounted;
};

Queue::Impl::Impl(async::Loop& the_loop, std::unique_ptr<Engine> the_engine,
                  const QueueOptions& the_options)
    : loop(the_loop),
      options(the_options),
      engine(std::move(the_engine)),
      accounted(the_loop.now()) {
  check(options.piece > Bytes(0) && options.piece % kPage == Bytes(0), "a piece is whole pages");
  check(options.bytes_in_flight >= options.piece, "the budget holds a piece");
  const std::uint64_t buffers =
      std::min<std::uint64_t>(options.bytes_in_flight / options.piece, 2 * engine->depth());
  arena = AlignedBuffer(options.piece * buffers);
  arena.prefault();
  engine->lend(arena.bytes());
  for (std::uint64_t i = buffers; i > 0; --i) {
    free_buffers.push_back(arena.bytes().data() + options.piece.count() * (i - 1));
  }
  pieces.resize(buffers + engine->depth());
  for (std::size_t i = pieces.size(); i > 0; --i) {
    free_pieces.push_back(static_cast<std::uint32_t>(i - 1));
  }
}

void Queue::Impl::enqueue(Object& object) {
  Transfer& transfer = *object.transfer;
  check(transfer.direction == Direction::read || transfer.source != nullptr,
        "a write has a source");
  check((transfer.offset | transfer.length.count()) % kSector == 0, "transfers are whole sectors");
  const Time now = loop.now();
  figures_until(now);
  transfer.queued = transfer.submitted = transfer.completed = now;
  if (given_up) transfer.error = ECANCELED;
  if (transfer.length == Bytes(0) || given_up) {
    --object.batch->left;
  } else {
    line_of(transfer.direction).push_back(&object);
  }
}

// Those with pieces out end when the last of these is back.
void Queue::Impl::give_up() {
  figures_until(loop.now());
  given_up = true;
  for (std::deque<Object*>* const line : {&reads, &writes}) {
    for (Object* const object : std::exchange(*line, {})) cancel(*object);
  }
}

void Queue::Impl::cancel(Object& object) {
  object.transfer->error = ECANCELED;
  object.started = object.transfer->length;
  if (object.out == 0) finish(object);
}

void Queue::Impl::drain_descriptor() const {
  std::uint64_t count = 0;
  while (::read(engine->descriptor(), &count, sizeof count) < 0 && errno == EINTR) {
  }
}

// Until the engine has nothing more: what it keeps back might not ring again.
void Queue::Impl::reap() {
  std::array<Completion, kReapBatch> batch;
  while (in_engine > 0) {
    const std::size_t got = engine->reap(batch);
    if (got == 0) return;
    const Time now = loop.now();
    figures_until(now);
    in_engine -= got;
    for (std::size_t i = 0; i < got; ++i) completed(batch.at(i), now);
  }
}

void Queue::Impl::completed(const Completion& completion, Time now) {
  const auto number = static_cast<std::uint32_t>(completion.tag);
  Piece& piece = pieces[number];
  Transfer& transfer = *piece.object->transfer;
  transfer.completed = now;
  count(piece, completion.result, now);
  const bool whole = completion.result == static_cast<std::int64_t>(piece.memory.size());
  if (!whole) fail(*piece.object, completion.result);
  if (whole && transfer.sink != nullptr && transfer.direction == Direction::read) {
    arrived.push_back(number);
  } else {
    release(number);
  }
}

void Queue::Impl::count(const Piece& piece, std::int64_t result, Time now) {
  const bool is_read = piece.object->transfer->direction == Direction::read;
  ++(is_read ? figures.read_pieces : figures.write_pieces);
  if (result > 0) {
    (is_read ? figures.read_bytes : figures.write_bytes) += static_cast<std::uint64_t>(result);
  }
  if (result == static_cast<std::int64_t>(piece.memory.size())) {
    (is_read ? figures.read_latency : figures.write_latency).add((now - piece.submitted).count());
  } else {
    ++figures.failed_pieces;
  }
}

void Queue::Impl::fail(Object& object, std::int64_t result) {
  Transfer& transfer = *object.transfer;
  if (result < 0 && transfer.error == 0) transfer.error = static_cast<int>(-result);
  if (result >= 0) transfer.is_short = true;
  if (object.all_started()) return;
  // It has pieces out and pieces to start, so it is the first of its line.
  line_of(transfer.direction).pop_front();
  object.started = transfer.length;
}

void Queue::Impl::release(std::uint32_t number) {
  Piece& piece = pieces[number];
  Object& object = *piece.object;
  if (piece.buffer != nullptr) free_buffers.push_back(piece.buffer);
  bytes_out -= Bytes(piece.memory.size());
  piece = {};
  free_pieces.push_back(number);
  if (--object.out == 0 && object.all_started()) finish(object);
}

void Queue::Impl::finish(Object& object) {
  Batch& batch = *object.batch;
  if (--batch.left == 0) loop.resume(batch.frame);
}

// Reads first: somebody waits for them. A write that was passed over often enough goes next.
Direction Queue::Impl::next_direction() const {
  if (reads.empty()) return Direction::write;
  if (writes.empty()) return Direction::read;
  return reads_in_row < options.reads_before_write ? Direction::read : Direction::write;
}

Bytes Queue::Impl::next_length() const {
  const Object& object = next_direction() == Direction::read ? *reads.front() : *writes.front();
  return std::min(options.piece, object.transfer->length - object.started);
}

bool Queue::Impl::can_start() const {
  return in_engine + staged.size() < engine->depth() && !(reads.empty() && writes.empty()) &&
         !free_buffers.empty() && !free_pieces.empty() &&
         bytes_out + next_length() <= options.bytes_in_flight;
}

void Queue::Impl::start_pieces(Time until) {
  while (can_start()) {
    start_piece();
    if (loop.now() >= until) break;
  }
  submit_staged();
}

void Queue::Impl::start_piece() {
  const Direction direction = next_direction();
  const Bytes length = next_length();
  Object& object = *line_of(direction).front();
  reads_in_row = direction == Direction::read && !writes.empty() ? reads_in_row + 1 : 0;
  const std::uint32_t number = free_pieces.back();
  free_pieces.pop_back();
  Piece& piece = pieces[number];
  piece.object = &object;
  piece.offset = object.started;
  bytes_out += length;
  ++object.out;
  object.started += length;
  if (object.all_started()) line_of(direction).pop_front();
  give_memory(piece, length);
  const Transfer& transfer = *object.transfer;
  staged.push_back({.direction = direction,
                    .file = transfer.file,
                    .offset = transfer.offset + piece.offset.count(),
                    .data = piece.memory.data(),
                    .length = static_cast<std::uint32_t>(length.count()),
                    .tag = number});
}

// A buffer is at hand for each piece; it stays free where the owner has memory of its own.
void Queue::Impl::give_memory(Piece& piece, Bytes length) {
  const Transfer& transfer = *piece.object->transfer;
  const std::span<std::byte> buffer(free_buffers.back(), length.count());
  if (transfer.direction == Direction::read) {
    piece.memory = transfer.sink == nullptr ? buffer : transfer.sink->room(piece.offset, length);
    if (piece.memory.empty()) piece.memory = buffer;
  } else {
    const std::span<const std::byte> bytes = transfer.source->supply(piece.offset, buffer);
    // The engine's operations serve both directions; a write only reads.
    piece.memory = {const_cast<std::byte*>(bytes.data()), bytes.size()};
  }
  check(piece.memory.size() == length.count(), "sources and sinks give what was asked for");
  if (piece.memory.data() != buffer.data()) return;
  piece.buffer = buffer.data();
  free_buffers.pop_back();
}

void Queue::Impl::submit_staged() {
  if (staged.empty()) return;
  const Time now = loop.now();
  figures_until(now);
  const std::size_t taken = engine->submit(staged);
  for (std::size_t i = 0; i < taken; ++i) {
    Piece& piece = pieces[staged[i].tag];
    piece.submitted = now;
    if (piece.offset == Bytes(0)) piece.object->transfer->submitted = now;
  }
  in_engine += taken;
  staged.erase(staged.begin(), staged.begin() + static_cast<std::ptrdiff_t>(taken));
}

// Shows arrived pieces to their sinks: at least one, then as long as the turn may last.
void Queue::Impl::hand_over(Time until) {
  while (!arrived.empty()) {
    const std::uint32_t number = arrived.front();
    arrived.pop_front();
    const Piece& piece = pieces[number];
    piece.object->transfer->sink->take(piece.offset, piece.memory);
    release(number);
    if (loop.now() >= until) return;
  }
}

bool Queue::Impl::done() const {
  return free_pieces.size() == pieces.size() && reads.empty() && writes.empty();
}

QueueFigures& Queue::Impl::figures_until(Time now) {
  const std::int64_t passed = (now - accounted).count();
  accounted = now;
  if (in_engine > 0) {
    figures.busy_ns += passed;
    figures.depth_ns += static_cast<__int128>(in_engine) * passed;
  }
  const bool wanting = in_engine > 0 || !staged.empty() || !reads.empty() || !writes.empty();
  if (wanting) figures.wanting_ns += passed;
  return figures;
}

Queue::Queue(async::Loop& loop, std::unique_ptr<Engine> engine, const QueueOptions& options)
    : impl_(std::make_unique<Impl>(loop, std::move(engine), options)) {
  loop.add(*this);
}

Queue::~Queue() {
  check(impl_->done(), "transfers end before their queue");
  impl_->loop.remove(*this);
}

async::Task<> Queue::move(std::span<Transfer> transfers) {
  Batch batch{.left = transfers.size(), .frame = {}};
  std::vector<Object> objects;
  objects.reserve(transfers.size());  // the lines keep pointers
  for (Transfer& transfer : transfers) {
    impl_->enqueue(objects.emplace_back(Object{.transfer = &transfer, .batch = &batch}));
  }
  const async::Wait wait(impl_->loop, "transfers between memory and files");
  co_await batch;
}

// Reads that are waiting go to the kernel before those that arrived are worked on; the memory which
// that sets free is used at once, if the turn may last.
bool Queue::turn() {
  const Time until = impl_->loop.now() + kWorkPerTurn;
  impl_->drain_descriptor();
  impl_->reap();
  impl_->start_pieces(until);
  impl_->hand_over(until);
  if (impl_->loop.now() < until) impl_->start_pieces(until);
  return !impl_->arrived.empty() || impl_->can_start();
}

void Queue::give_up() { impl_->give_up(); }

const QueueFigures& Queue::figures() const { return impl_->figures_until(impl_->loop.now()); }

QueueFigures Queue::take_figures() {
  return std::exchange(impl_->figures_until(impl_->loop.now()), {});
}

const Engine& Queue::engine() const { return *impl_->engine; }

int Queue::descriptor() const { return impl_->engine->descriptor(); }

}  // namespace spillway::io
