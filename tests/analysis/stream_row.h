// A streamed answer with times that can be reckoned with by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "record/completion_row.h"

namespace spillway::analysis {

inline Time at_ms(int ms) { return Time(std::chrono::milliseconds(ms)); }

// Due at 90 ms, sent at 100; a role at 105, texts at 110, 120 and 140, an empty end at 145, the
// stream's end at 150; five tokens by the server, six were asked for, four by our tokenizer.
struct StreamRow {
  StreamRow() {
    call.phase = "main";
    call.max_tokens = 6;
    call.stream = true;
    row.prompt = &prompt;
    row.call = &call;
    row.due = at_ms(90);
    row.sent = at_ms(100);
    row.textless = {at_ms(105), at_ms(145)};
    row.contents = {at_ms(110), at_ms(120), at_ms(140)};
    row.done = at_ms(150);
    row.status = 200;
    row.prompt_tokens = 20;
    row.completion_tokens = 5;
    row.output_tokens_est = 4;
  }
  StreamRow(const StreamRow&) = delete;
  StreamRow& operator=(const StreamRow&) = delete;

  record::PromptFacts prompt;
  record::CallFacts call;
  record::CompletionRow row;
};

}  // namespace spillway::analysis
