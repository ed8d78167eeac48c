// Prompts as text, for servers that take nothing else: what shares tokens there shares them here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "kv/prompt.h"
#include "kv/speaker.h"

namespace spillway::kv {

// As many tokens as the prompt has, by the speaker's tokenizer. A piece is the same text wherever
// it stands; a longer one begins with the shorter. Pieces of different ids, or of different scopes,
// are drawn apart: that two of them begin with the same n words has a chance of one in size()^n.
std::string prompt_text(const Prompt& prompt, const Speaker& speaker);

}  // namespace spillway::kv
