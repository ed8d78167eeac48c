// ComputeModel: the time an accelerator would take, where there is none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/bytes.h"
#include "core/time.h"

namespace spillway::serve {

// Linear in tokens: prefill is bound by arithmetic, decode by memory, and both are stated as the
// rate that an engine's own benchmark prints. Modelled: every figure that contains it is labelled.
struct ComputeModel {
  double prefill_tokens_per_s = 0;  // of one prompt after another; 0 takes no time
  Duration decode_per_token{};      // of every request side by side; 0 takes no time

  Duration prefill_time(Tokens tokens) const {
    if (prefill_tokens_per_s <= 0) return {};
    return from_seconds(static_cast<double>(tokens.count()) / prefill_tokens_per_s);
  }
  Duration decode_time(Tokens tokens) const {
    return decode_per_token * static_cast<Duration::rep>(tokens.count());
  }
};

}  // namespace spillway::serve
