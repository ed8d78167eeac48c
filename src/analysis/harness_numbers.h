// Numbers as the Python harness's JSON has them. SPDX-License-Identifier: Apache-2.0
#pragma once

namespace spillway::analysis {

// To so many decimals, the nearest number as printed and read back: Python's round().
double rounded(double value, int decimals);

}  // namespace spillway::analysis
