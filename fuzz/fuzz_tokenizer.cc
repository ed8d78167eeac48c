// Any bytes are a tokenizer or an Error; a tokenizer cuts any text, the same way every time.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "kv/byte_pairs.h"
#include "scenario/tokenizer_file.h"
#include "text/json_reader.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spillway;
  static const auto known = scenario::make_tokenizer(std::string(SPILLWAY_SOURCE_DIR) +
                                                     "/tests/data/tokenizer/llama3_like.json");
  const std::string text(data, data + size);
  std::vector<kv::TokenId> tokens;
  known->encode(text, tokens);
  check(tokens.size() == known->count(text), "a text has as many tokens as are counted");
  check(tokens.size() <= text.size(), "a token has a byte at least");
  try {
    const kv::BytePairs pairs = scenario::byte_pairs_of(text::parse_json(text, "input"), "input");
    kv::make_byte_pairs(pairs)->encode(text, tokens);
  } catch (const Error&) {
  }
  return 0;
}
