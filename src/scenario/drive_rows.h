// The table of what `spillway drive` can be told. Names and defaults are the DGX Spark harness's
// where it has them (section 1.1); docs/drive.md lists the three that differ.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "scenario/settings.h"

namespace spillway::scenario {

std::span<const Setting> drive_rows();

}  // namespace spillway::scenario
