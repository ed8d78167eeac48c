// A Run with every figure set, small enough to be worked out by hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record/run.h"

namespace spillway::record {

// Two completed requests, a failed, an abandoned and a warm-up one; 10 s of real time; gpu
// modelled, cpu off, storage measured: 4 of 10 blocks hit, 1 from the gpu tier and 3 from storage.
Run filled_run();

}  // namespace spillway::record
