// Any bytes are a trace or an Error; of a trace, every request can be read and sums up to the
// summary. SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "fuzz/memory_file.h"
#include "kv/prompt.h"
#include "workload/plan.h"

namespace {

using namespace spillway;

void read_all(const workload::Plan& plan) {
  const auto cursor = plan.cursor();
  Tokens input;
  Tokens output;
  std::uint64_t blocks = 0;
  for (std::uint64_t index = 0; index < plan.size(); ++index) {
    const workload::Request request = cursor->read(index);
    check(plan.index_of(request.user, request.turn) == index, "a request knows its user and turn");
    input += request.input_tokens;
    output += request.output_tokens;
    check(kv::length(request.prompt) == request.input_tokens, "pieces make up the prompt");
    blocks += kv::block_keys(request.prompt, plan.summary().block_tokens).size();
  }
  check(input == plan.summary().input_tokens, "input tokens sum up");
  check(output == plan.summary().output_tokens, "output tokens sum up");
  check(blocks == plan.summary().blocks, "blocks sum up");
}

// Lines or one document, by the judgement of a parser that this module does not use.
void check_json(const std::string& text, bool lines) {
  if (!lines) {
    check(nlohmann::json::accept(text), "a trace document is JSON");
    return;
  }
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    const bool blank = line.find_first_not_of(" \t\r") == std::string::npos;
    check(blank || nlohmann::json::accept(line), "a trace line is JSON");
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(std::string(data, data + size));
  for (const bool open_loop : {false, true}) {
    const double scale = open_loop ? 0.125 : 1.0;
    std::unique_ptr<workload::Plan> plan;
    try {
      plan = workload::open_trace(file.path(),
                                  {.users = 3, .length_scale = scale, .open_loop = open_loop});
    } catch (const Error&) {
      return 0;
    }
    check_json({data, data + size}, plan->summary().format == "mooncake");
    read_all(*plan);  // an Error from here on is a finding
  }
  return 0;
}
