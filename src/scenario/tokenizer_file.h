// The tokenizer that counts: the estimator, or a model's own from its Hugging Face tokenizer.json.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "kv/byte_pairs.h"
#include "kv/tokenizer.h"
#include "text/json_reader.h"

namespace spillway::scenario {

// A tokenizer.json as a byte-level BPE: what is not one (SentencePiece, WordPiece, a normalizer,
// another pre-tokenizer) is an Error that names what it has. Special tokens are matched in text and
// added nowhere else, since the post-processor is not run.
kv::BytePairs byte_pairs_of(const text::JsonValue& document, const std::string& name);

// "heuristic" (or "auto") is the estimator; anything else the path of a tokenizer.json, or of the
// directory that has one. Throws Error.
std::unique_ptr<kv::Tokenizer> make_tokenizer(const std::string& name_or_path);

}  // namespace spillway::scenario
