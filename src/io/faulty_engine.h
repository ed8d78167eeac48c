// FaultyEngine: an engine with chosen faults, to see that those above it notice.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/engine.h"

namespace spillway::io {

struct Fault {
  enum class Kind : std::uint8_t {
    none,
    error,     // completes with `error_number`
    cut,       // says that it moved half
    bit_flip,  // a read that succeeds with one bit of its middle byte changed
  };
  Kind kind = Kind::none;
  int error_number = 5;  // EIO
};

// Asked once for each operation as it is submitted.
using FaultRule = std::function<Fault(const Operation&)>;

// Lets the engine under it do everything and changes what is reported, so faults take as long as
// successes do. The tags of operations in flight must differ.
class FaultyEngine final : public Engine {
 public:
  FaultyEngine(std::unique_ptr<Engine> engine, FaultRule rule);

  std::size_t submit(std::span<const Operation> operations) override;
  std::size_t reap(std::span<Completion> completions) override;
  void lend(std::span<std::byte> memory) override { engine_->lend(memory); }
  int descriptor() const override { return engine_->descriptor(); }
  std::size_t depth() const override { return engine_->depth(); }
  std::vector<std::string> features() const override;

 private:
  struct Planned {
    Fault fault;
    Operation operation;
  };
  void inject(Completion& completion);

  std::unique_ptr<Engine> engine_;
  FaultRule rule_;
  std::unordered_map<std::uint64_t, Planned> planned_;  // by tag
};

}  // namespace spillway::io
