// What works here: direct I/O and its alignment, io_uring, huge pages. For the record and `doctor`.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "io/file.h"

namespace spillway::io {

struct Capabilities {
  std::string file_system;
  bool direct_io = false;  // tried: one page was written and read back past the page cache
  Alignment alignment;
  bool io_uring = false;  // tried: a ring was set up
  std::vector<std::string> io_uring_features;
  std::string io_uring_refusal;  // why not; empty where it works
  // Mode of transparent huge pages, from sysfs: "always", "madvise", "never"; empty when there are
  // none. With "never" direct reads reach only about 60 % of the bandwidth.
  std::string huge_pages;
};

// Tries them in `directory`, with a file of one page that is gone afterwards. Throws Error when
// nothing can be written there.
Capabilities describe_io(const std::string& directory);

}  // namespace spillway::io
