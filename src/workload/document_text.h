// Documents to ask about: text that reads like a report, of a length in tokens.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/random.h"
#include "kv/tokenizer.h"

namespace spillway::workload {

// How far a tuned text may be from its target.
inline constexpr std::uint64_t kTuningTolerance = 64;

// Header lines, of which the first names the document, then numbered sections of bullets until
// there are max(220, 0.66 x target) words: the DGX Spark harness's shape (section 3.2) in words of
// ours.
std::string document_text(std::string_view id, std::uint64_t target_tokens, Random& random);

// Text whose prompt has `target` tokens, within the tolerance: words are appended or cut away.
// `prompt_of` puts the frame around a text; only the text itself is changed, so the frame stays
// whole at the prompt's end.
std::string tuned_text(std::string text, std::uint64_t target, const kv::Tokenizer& tokenizer,
                       const std::function<std::string(std::string_view)>& prompt_of);

}  // namespace spillway::workload
