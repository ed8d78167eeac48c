// Any bytes are a report or an Error, and what is read of a report can be judged.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>

#include "analysis/replay_attribution.h"
#include "core/error.h"
#include "record/replay_evidence.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using spillway::record::FileState;
  const std::string text(data, data + size);
  try {
    const auto verdict = spillway::analysis::judge_replay(
        {.value = {.tier_mode = "B2", .kv_mode = ""}, .state = FileState::read, .detail = ""},
        {.value = spillway::record::parse_replay_evidence(text, "input"),
         .state = FileState::read,
         .detail = ""},
        true);
    spillway::check(!verdict.passed() || verdict.evidence.block_read_bytes > 0,
                    "nothing passes without reads of the device");
  } catch (const spillway::Error& error) {
    spillway::check(!std::string(error.what()).empty(), "an error says why");
  }
  return 0;
}
