// SPDX-License-Identifier: Apache-2.0
#include "scenario/program_facts.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/version.h"
#include "telemetry/machine.h"

namespace spillway::scenario {
namespace {

namespace fact = record::fact;

using Facts = std::vector<record::Fact>;

void add(Facts& facts, std::string_view name, record::Value value) {
  facts.push_back({.name = std::string(name), .value = std::move(value)});
}

record::Value value_of(const std::optional<std::uint64_t>& number) {
  return number ? record::Value(static_cast<std::int64_t>(*number)) : record::Value();
}

void add_program(Facts& facts) {
  const Version program = version();
  add(facts, fact::kVersion, std::string(program.number));
  add(facts, fact::kCommit, std::string(program.commit));
  add(facts, fact::kBuildType, std::string(program.build_type));
  add(facts, fact::kCompiler, std::string(program.compiler));
}

void add_machine(Facts& facts) {
  const telemetry::Machine machine = telemetry::machine();
  add(facts, fact::kCpuModel,
      machine.cpu_model ? record::Value(*machine.cpu_model) : record::Value());
  add(facts, fact::kCores, static_cast<std::int64_t>(machine.cores));
  add(facts, fact::kMemoryBytes, value_of(machine.memory_bytes));
  add(facts, fact::kKernel, machine.kernel);
}

}  // namespace

std::vector<record::Fact> program_and_machine() {
  Facts facts;
  add_program(facts);
  add_machine(facts);
  return facts;
}

}  // namespace spillway::scenario
