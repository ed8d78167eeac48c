// What can be set about the writes before a run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "core/bytes.h"
#include "scenario/settings.h"

namespace spillway::scenario {

struct PreconditionConfig {
  Bytes size;            // 0 = twice the storage tier's capacity
  unsigned writers = 1;  // side by side
};

// The rows of the table of settings; bench_settings() contains them.
std::span<const Setting> precondition_settings();

// Throws Error for a setting that was given and would do nothing.
void refuse_precondition_without_effect(const Settings& settings);

// Nothing without --precondition.
std::optional<PreconditionConfig> read_precondition(const Settings& settings);

}  // namespace spillway::scenario
