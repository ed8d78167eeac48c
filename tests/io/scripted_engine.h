// An engine and a clock that do only what a test tells them, so that figures come out exact.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "async/clock.h"
#include "io/bell.h"
#include "io/engine.h"

namespace spillway::io {

// The machine's kind of clock, as far as a loop can see, but set by the test.
class ManualClock final : public async::Clock {
 public:
  Time now() const override { return now_; }
  bool is_virtual() const override { return false; }
  void advance(Duration by) { now_ += by; }

 private:
  Time now_ = Time(Duration(0));
};

// Keeps what it is given until complete() is called. File `f` is the memory `files[f]`, if it is
// there; otherwise operations succeed and move nothing.
class ScriptedEngine final : public Engine {
 public:
  explicit ScriptedEngine(std::size_t depth) : depth_(depth) {}

  std::vector<std::vector<std::byte>> files;
  std::vector<Operation> log;  // all that was ever submitted
  std::size_t most_in_flight = 0;
  std::uint64_t bytes_in_flight = 0;
  std::uint64_t most_bytes = 0;
  bool at_once = false;  // completes everything as it is submitted

  std::size_t submit(std::span<const Operation> operations) override {
    const auto taken = operations.first(std::min(operations.size(), depth_ - in_flight()));
    for (const Operation& operation : taken) {
      log.push_back(operation);
      held_.push_back(operation);
      bytes_in_flight += operation.length;
    }
    most_in_flight = std::max(most_in_flight, in_flight());
    most_bytes = std::max(most_bytes, bytes_in_flight);
    if (at_once) complete(held_.size());
    return taken.size();
  }
  std::size_t reap(std::span<Completion> completions) override {
    const std::size_t got = std::min(completions.size(), completed_.size());
    std::copy_n(completed_.begin(), got, completions.begin());
    completed_.erase(completed_.begin(), completed_.begin() + static_cast<std::ptrdiff_t>(got));
    return got;
  }
  int descriptor() const override { return bell_.descriptor(); }
  std::size_t depth() const override { return depth_; }
  std::vector<std::string> features() const override { return {"scripted"}; }

  std::size_t held() const { return held_.size(); }
  std::size_t in_flight() const { return held_.size() + completed_.size(); }

  // The oldest `count`, in full.
  void complete(std::size_t count) {
    for (; count > 0; --count) complete_oldest(perform(held_.front()));
  }
  void complete_oldest(std::int64_t result) {
    completed_.push_back({.tag = held_.front().tag, .result = result});
    bytes_in_flight -= held_.front().length;
    held_.pop_front();
    bell_.ring();
  }

 private:
  std::int64_t perform(const Operation& operation) {
    const auto number = static_cast<std::size_t>(operation.file);
    if (number < files.size()) {
      std::byte* const place = files[number].data() + operation.offset;
      const bool is_read = operation.direction == Direction::read;
      std::memcpy(is_read ? operation.data : place, is_read ? place : operation.data,
                  operation.length);
    }
    return operation.length;
  }

  std::size_t depth_;
  std::deque<Operation> held_;
  std::deque<Completion> completed_;
  Bell bell_;
};

}  // namespace spillway::io
