// What an engine has done since an earlier reading: the figures of a server whose counters were
// reset. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "serve/adapters.h"
#include "serve/engine_figures.h"

namespace spillway::serve {

// Counters and histograms less those of `earlier`, a reading of the same engine; gauges and sizes
// are those of now. A histogram keeps its smallest and largest value: that of the difference is not
// known.
EngineFigures figures_since(const EngineFigures& earlier, EngineFigures now);
AdapterCounters figures_since(const AdapterCounters& earlier, AdapterCounters now);

}  // namespace spillway::serve
