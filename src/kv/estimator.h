// The token estimator: a count that needs no model's files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "kv/tokenizer.h"

namespace spillway::kv {

// One token for each match of `\w+|[^\w\s]`, a run of word characters or one other mark, with the
// meaning that Python's `re` gives \w (letters and numbers of any script, and _) and \s. A byte
// that is not part of UTF-8 is one mark. The id of a token is the low half of XXH3-64 (seed 0) of
// its bytes, so two different tokens share an id once in 2^32. Its name is "heuristic".
std::unique_ptr<Tokenizer> make_estimator();

}  // namespace spillway::kv
