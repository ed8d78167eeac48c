// SPDX-License-Identifier: Apache-2.0
#include "tests/workload/traces.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>
#include <unordered_set>

#include "kv/block_key.h"
#include "kv/prompt.h"
#include "text/json_reader.h"

namespace spillway::workload {
namespace {

template <typename Key, typename Hash>
void count(const std::vector<Key>& blocks, std::unordered_set<Key, Hash>& cache, Reuse& reuse) {
  bool leading = true;
  for (const Key& block : blocks) {
    leading = !cache.insert(block).second && leading;
    reuse.leading_hits += leading ? 1 : 0;
  }
  reuse.references += blocks.size();
}

using IdCache = std::unordered_set<std::uint64_t>;

void count_lists(const text::JsonValue& value, IdCache& cache, Reuse& reuse) {
  if (value.is_array()) {
    for (const text::JsonValue& element : value.elements()) count_lists(element, cache, reuse);
  } else if (value.is_object()) {
    for (const auto& [key, member] : value.members()) {
      if (key != "hash_ids") {
        count_lists(member, cache, reuse);
        continue;
      }
      std::vector<std::uint64_t> ids;
      for (const text::JsonValue& id : member.elements()) ids.push_back(id.as_uint());
      count(ids, cache, reuse);
    }
  }
}

}  // namespace

std::string mooncake_line(std::uint64_t timestamp_ms, const std::vector<std::uint64_t>& ids,
                          std::uint64_t output) {
  return fmt::format(
      R"({{"timestamp": {}, "input_length": {}, "output_length": {}, "hash_ids": [{}]}})"
      "\n",
      timestamp_ms, 512 * ids.size(), output, fmt::join(ids, ", "));
}

std::string agentic_request(double t, const std::vector<std::uint64_t>& ids, std::uint64_t output) {
  return fmt::format(
      R"({{"t":{},"type":"n","in":{},"out":{},"hash_ids":[{}],"stop":"","think_time":1.5}})", t,
      64 * ids.size() + 5, output, fmt::join(ids, ","));
}

std::string sub_session(double t, const std::vector<std::string>& requests) {
  return fmt::format(
      R"({{"t":{},"type":"subagent","agent_id":"a","requests":[{}],"models":["m"],"tool_tokens":1}})",
      t, fmt::join(requests, ","));
}

std::string conversation(const std::string& id, const std::vector<std::string>& requests) {
  return fmt::format(
      R"({{"id":"{}","models":["m"],"block_size":64,"hash_id_scope":"local","requests":[{}],"totals":{{}}}})",
      id, fmt::join(requests, ","));
}

std::string excerpt(const std::string& name) {
  return std::string(SPILLWAY_SOURCE_DIR) + "/tests/data/" + name;
}

std::string shared_data(const std::string& name) {
  const std::string path = std::string(SPILLWAY_SOURCE_DIR) + "/../shared/data/" + name;
  return std::filesystem::exists(path) ? path : "";
}

Reuse reuse_of(const Plan& plan) {
  std::unordered_set<kv::BlockKey, kv::BlockKeyHash> cache;
  Reuse reuse;
  const auto cursor = plan.cursor();
  for (std::uint64_t index = 0; index < plan.size(); ++index) {
    const Request request = cursor->read(index);
    count(kv::block_keys(request.prompt, plan.summary().block_tokens), cache, reuse);
  }
  return reuse;
}

Reuse raw_reuse_of(const std::vector<std::string>& files) {
  Reuse reuse;
  for (const std::string& file : files) {
    IdCache cache;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
      count_lists(text::parse_json(line, file), cache, reuse);
    }
  }
  return reuse;
}

}  // namespace spillway::workload
