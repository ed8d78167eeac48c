// The files of a trace that comes as CSV. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace spillway::workload {

// The file itself; of a directory its *.csv files; of a pattern ("BurstGPT_*.csv", as a shell reads
// it) what it matches. By name, never empty: Error.
std::vector<std::string> csv_files(const std::string& path);

}  // namespace spillway::workload
