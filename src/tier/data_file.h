// Opening the files that blocks lie in, past the page cache.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/bytes.h"
#include "core/unique_fd.h"

namespace spillway::tier {

// Whether reads and writes go straight to the device. It is never changed silently: buffered
// figures are those of the page cache, and are only had by asking for them.
enum class Buffering { direct, buffered };

// The open(2) flag for it.
int open_flag(Buffering buffering);

// Creates an empty file that must not exist. Throws Error, saying what to do, when the file system
// does no direct I/O, holds files in memory only, or wants more than kBlockAlignment.
UniqueFd create_data_file(const std::string& path, Buffering buffering);

// Gives the file this length with blocks behind it. True if they are set aside; false when the file
// system cannot (the space is then found, or not, when it is written). Throws Error when it is
// full.
bool preallocate(int file, const std::string& path, Bytes length);

}  // namespace spillway::tier
