// SPDX-License-Identifier: Apache-2.0
#include "kv/prompt_text.h"

#include <array>
#include <cstdint>

#include "core/random.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spillway::kv {

std::string prompt_text(const Prompt& prompt, const Speaker& speaker) {
  std::string text;
  for (const Piece& piece : prompt.pieces) {
    const std::array<std::uint64_t, 2> name = {prompt.scope, piece.id};
    Random random(named_stream(0, Purpose::prompt, XXH3_64bits(name.data(), sizeof(name))));
    for (Tokens token; token < piece.tokens; token += Tokens(1)) {
      text += speaker.text(random.uniform_int(0, speaker.size() - 1));
    }
  }
  return text;
}

}  // namespace spillway::kv
