// SPDX-License-Identifier: Apache-2.0
#include "io/faulty_engine.h"

#include <utility>

namespace spillway::io {

FaultyEngine::FaultyEngine(std::unique_ptr<Engine> engine, FaultRule rule)
    : engine_(std::move(engine)), rule_(std::move(rule)) {}

std::size_t FaultyEngine::submit(std::span<const Operation> operations) {
  const std::size_t taken = engine_->submit(operations);
  for (const Operation& operation : operations.first(taken)) {
    const Fault fault = rule_(operation);
    if (fault.kind == Fault::Kind::none) continue;
    planned_.insert_or_assign(operation.tag, Planned{.fault = fault, .operation = operation});
  }
  return taken;
}

std::size_t FaultyEngine::reap(std::span<Completion> completions) {
  const std::size_t got = engine_->reap(completions);
  for (Completion& completion : completions.first(got)) inject(completion);
  return got;
}

void FaultyEngine::inject(Completion& completion) {
  const auto planned = planned_.extract(completion.tag);
  if (planned.empty() || completion.result < 0) return;
  const auto& [fault, operation] = planned.mapped();
  switch (fault.kind) {
    case Fault::Kind::none:
      break;
    case Fault::Kind::error:
      completion.result = -fault.error_number;
      break;
    case Fault::Kind::cut:
      completion.result /= 2;
      break;
    case Fault::Kind::bit_flip:
      if (operation.direction == Direction::read && completion.result > 0) {
        operation.data[completion.result / 2] ^= std::byte{1};
      }
      break;
  }
}

std::vector<std::string> FaultyEngine::features() const {
  std::vector<std::string> all = engine_->features();
  all.emplace_back("injected_faults");
  return all;
}

}  // namespace spillway::io
