// SPDX-License-Identifier: Apache-2.0
#include "net/pipe.h"

#include <algorithm>
#include <cerrno>
#include <coroutine>
#include <string>

namespace spillway::net {
namespace {

// One frame that waits for a change, or its stop.
class Waiting {
 public:
  Waiting(async::Loop& loop, const char* name) : loop_(loop), name_(name) {}

  void wake() {
    if (frame_) loop_.resume(std::exchange(frame_, {}));
  }

  async::Task<> wait(async::Stop& stop) {
    const async::Wait named(loop_, name_);
    co_await Change(*this, stop);
  }

 private:
  class Change final : private async::StopListener {
   public:
    Change(Waiting& waiting, async::Stop& stop) : waiting_(waiting), stop_(stop) {}
    bool await_ready() const { return stop_.requested(); }
    void await_suspend(std::coroutine_handle<> frame) {
      check(!waiting_.frame_, "one frame waits at this end of the pipe");
      waiting_.frame_ = frame;
      stop_.listen(*this);
    }
    void await_resume() const {}

   private:
    void on_stop() override { waiting_.wake(); }

    Waiting& waiting_;
    async::Stop& stop_;
  };

  async::Loop& loop_;
  const char* name_;
  std::coroutine_handle<> frame_;
};

// Bytes on their way in one direction.
struct Direction {
  Direction(async::Loop& loop, std::size_t its_capacity)
      : capacity(its_capacity), reader(loop, "bytes in a pipe"), writer(loop, "room in a pipe") {}

  std::size_t capacity;
  std::string bytes;
  bool ended = false;   // nothing more will be written
  bool unread = false;  // nobody will read what is written
  Waiting reader;
  Waiting writer;

  void end() {
    ended = true;
    reader.wake();
  }
  void abandon() {
    unread = true;
    writer.wake();
  }
};

struct Pipe {
  Direction forth;
  Direction back;
};

class End final : public Stream {
 public:
  End(std::shared_ptr<Pipe> pipe, Direction& in, Direction& out)
      : pipe_(std::move(pipe)), in_(in), out_(out) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  ~End() override { End::close(); }

  Transfer try_read(std::span<char> into) override {
    if (closed_) return {.ended = Ended::closed};
    if (in_.bytes.empty()) return {.ended = in_.ended ? Ended::closed : Ended::would_block};
    const std::size_t count = std::min(into.size(), in_.bytes.size());
    std::copy_n(in_.bytes.begin(), count, into.begin());
    in_.bytes.erase(0, count);
    in_.writer.wake();
    return {.bytes = count};
  }

  Transfer try_write(std::string_view bytes) override {
    if (closed_ || out_.ended || out_.unread) return {.ended = Ended::failed, .error = EPIPE};
    const std::size_t count = std::min(bytes.size(), out_.capacity - out_.bytes.size());
    if (count == 0 && !bytes.empty()) return {.ended = Ended::would_block};
    out_.bytes.append(bytes.substr(0, count));
    out_.reader.wake();
    return {.bytes = count};
  }

  async::Task<> readable(async::Stop& stop) override {
    const bool ready = closed_ || !in_.bytes.empty() || in_.ended;
    if (!ready) co_await in_.reader.wait(stop);
  }
  async::Task<> writable(async::Stop& stop) override {
    const bool ready = closed_ || out_.bytes.size() < out_.capacity || out_.unread;
    if (!ready) co_await out_.writer.wait(stop);
  }

  bool peer_is_local() const override { return true; }

  void end_writing() override { out_.end(); }
  void close() override {
    if (std::exchange(closed_, true)) return;
    out_.end();
    out_.writer.wake();
    in_.abandon();
    in_.reader.wake();
  }

 private:
  std::shared_ptr<Pipe> pipe_;  // of both ends: the later one to go takes it along
  Direction& in_;
  Direction& out_;
  bool closed_ = false;
};

}  // namespace

std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> make_pipe(async::Loop& loop,
                                                                      std::size_t capacity) {
  check(capacity > 0, "a pipe holds something");
  const auto pipe = std::make_shared<Pipe>(Direction(loop, capacity), Direction(loop, capacity));
  return {std::make_unique<End>(pipe, pipe->back, pipe->forth),
          std::make_unique<End>(pipe, pipe->forth, pipe->back)};
}

}  // namespace spillway::net
