// SPDX-License-Identifier: Apache-2.0
#include "scenario/bench_facts.h"

#include <fmt/core.h>

#include <filesystem>
#include <string>

#include "io/capabilities.h"
#include "scenario/program_facts.h"

namespace spillway::scenario {
namespace {

namespace fact = record::fact;

using Facts = std::vector<record::Fact>;

void add(Facts& facts, std::string_view name, record::Value value) {
  facts.push_back({.name = std::string(name), .value = std::move(value)});
}

std::string device_text(const tier::FileSystemFacts& facts) {
  if (!facts.device) return facts.source;
  return fmt::format("{} ({}:{})", facts.source, facts.device->major, facts.device->minor);
}

}  // namespace

std::string requests_text(const workload::PlanSummary& plan) {
  return plan.endless ? "requests without end" : fmt::format("{} requests", plan.requests);
}

std::string workload_text(const workload::PlanSummary& plan, const BenchConfig& config) {
  const std::string blocks =
      config.workload.model == RequestModel::mlperf
          ? fmt::format("whole entries of {}", config.model.name)
          : fmt::format("{}-token blocks of {}", plan.block_tokens.count(), config.model.name);
  if (config.workload.kind == WorkloadKind::personas) {
    return fmt::format("{} users of three personas, {}", plan.users, blocks);
  }
  const std::string& path = config.workload.path;
  const std::string name = std::filesystem::path(path).lexically_normal().filename();
  if (config.workload.kind == WorkloadKind::list) {
    return fmt::format("{} list {}{}, {} users, {}", plan.format, name.empty() ? path : name,
                       plan.note.empty() ? "" : " (" + plan.note + ")", plan.users, blocks);
  }
  return fmt::format("{} trace {} ({} {}), {}", plan.format, name.empty() ? path : name, plan.files,
                     plan.files == 1 ? "file" : "files", blocks);
}

record::Plan plan_record(const workload::PlanSummary& plan, const BenchConfig& config) {
  return {.hash = plan.hash,
          .requests = plan.endless ? 0 : plan.requests,
          .input_tokens = plan.input_tokens.count(),
          .output_tokens = plan.output_tokens.count(),
          .users = plan.users,
          .workload = workload_text(plan, config)};
}

std::vector<record::Fact> environment(const BenchConfig& config, const SharedTiers& tiers,
                                      const std::vector<std::string>& engine) {
  Facts facts = program_and_machine();
  add(facts, fact::kBytesPerToken,
      static_cast<std::int64_t>(kv::bytes_per_token(config.model, config.tensor_parallel).count()));
  const auto& files = tiers.file_system();
  if (!files) return facts;
  add(facts, fact::kFileSystem, files->type);
  add(facts, fact::kDevice, device_text(*files));
  add(facts, fact::kDirectIo, !config.buffered);
  const io::Capabilities io = io::describe_io(tiers.directory());
  add(facts, fact::kAlignmentBytes, static_cast<std::int64_t>(io.alignment.offset.count()));
  if (engine.empty()) return facts;
  add(facts, fact::kIoEngine, engine.front());
  add(facts, fact::kIoFeatures, std::vector<std::string>(engine.begin() + 1, engine.end()));
  return facts;
}

}  // namespace spillway::scenario
