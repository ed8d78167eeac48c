// One request of a plan: who asks what, when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/request_class.h"
#include "core/time.h"
#include "kv/prompt.h"

namespace spillway::workload {

struct Request {
  std::uint64_t index = 0;  // its place in the plan
  std::uint32_t user = 0;
  std::uint64_t turn = 0;  // its place in the user's own sequence, which goes out in this order
  Duration due{};          // from the start of the trace, after time scaling; open loop sends then
  Duration think{};        // the user's pause before asking, as recorded, after time scaling
  kv::Prompt prompt;
  Tokens input_tokens;  // of the whole prompt, what fills no block included
  Tokens output_tokens;

  // What only workloads of conversations know.
  std::uint64_t conversation = 0;       // 0 = it stands alone
  std::uint32_t conversation_turn = 0;  // from 1; a turn goes out after the one before it has ended
  Qos qos = Qos::interactive;
  RequestPhase phase = RequestPhase::both;
  // The identity of the answer, by which later turns repeat it; its tokens are output_tokens.
  std::optional<std::uint64_t> answer_id = std::nullopt;
};

}  // namespace spillway::workload
