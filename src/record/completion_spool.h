// Rows of requests to a serving endpoint in few bytes, for the way from the loop that measures to
// requests.jsonl. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "record/completion_row.h"

namespace spillway::record {

// Appends the row, without what is only known later: the estimate of its answer's tokens and the
// file with its text. What the row points at is not copied, so the bytes are good in this process
// alone, and as long as that lives.
void add_row(const CompletionRow& row, std::string& to);

// Takes the first row off bytes that add_row() wrote. Throws Error when they end within it.
CompletionRow take_row(std::string_view& from);

}  // namespace spillway::record
