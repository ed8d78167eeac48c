// Whether a file's pages lie in the page cache: the witness that reads came from the device.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace spillway::telemetry {

// Which share of a file's pages lies in the page cache (mincore), from about `sampled_pages` pages,
// taken in 64 KiB runs at even distances; all of a smaller file. 0 proves that reads came from the
// device. Nothing when the file cannot be looked at, or is empty. The kernel answers truly only to
// who may write the file. Blocks: it belongs on a pool.
std::optional<double> cached_share(const std::string& path, std::uint64_t sampled_pages = 16'384);

}  // namespace spillway::telemetry
