// SPDX-License-Identifier: Apache-2.0
#include "io/null_engine.h"

#include <algorithm>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "io/bell.h"

namespace spillway::io {
namespace {

class NullEngine final : public Engine {
 public:
  explicit NullEngine(std::uint32_t depth) : depth_(depth) {}

  std::size_t submit(std::span<const Operation> operations) override {
    const auto taken = operations.first(std::min(operations.size(), depth_ - completed_.size()));
    for (const Operation& operation : taken) {
      completed_.push_back({.tag = operation.tag, .result = operation.length});
    }
    if (!taken.empty()) bell_.ring();
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
  std::vector<std::string> features() const override { return {"null"}; }

 private:
  std::size_t depth_;
  std::deque<Completion> completed_;
  Bell bell_;
};

}  // namespace

std::unique_ptr<Engine> make_null_engine(const NullOptions& options) {
  check(options.depth > 0, "an engine holds an operation");
  return std::make_unique<NullEngine>(options.depth);
}

}  // namespace spillway::io
