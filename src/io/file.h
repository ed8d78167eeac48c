// Files for direct I/O: how they are opened, preallocated, and aligned.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/unique_fd.h"

namespace spillway::io {

struct OpenOptions {
  bool direct = true;            // past the page cache; false is what --buffered asks for
  bool write = true;             // else for reading only
  bool create = false;           // made if it does not exist; one that does keeps its bytes
  Bytes preallocate = Bytes(0);  // its first bytes get their place on the disk; 0 for none
};

// Opens the file. Direct I/O is never dropped in silence: a file system that refuses it throws an
// Error that names the file system and what to do. So does a disk without the room to preallocate,
// with what was wanted and what is free; a file made by this call is then removed again.
UniqueFd open_file(const std::string& path, const OpenOptions& options = {});

// What memory addresses, and offsets and lengths in the file, must be multiples of.
struct Alignment {
  Bytes memory;
  Bytes offset;
  bool known = false;  // told by the kernel (STATX_DIOALIGN, 6.1); else 4 KiB each, which suits all
};
Alignment alignment_of(int file);

// Name of the file system that holds `path`: "ext4", "tmpfs"; by number where it is not a known
// one.
std::string file_system_of(const std::string& path);

// O_DIRECT means nothing on these, though tmpfs accepts it since Linux 6.6.
bool lives_in_memory(std::string_view file_system);

// Room that an ordinary user may still fill on the file system of `path`.
Bytes free_space(const std::string& path);

}  // namespace spillway::io
