// SPDX-License-Identifier: Apache-2.0
#include "io/capabilities.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "core/aligned_buffer.h"
#include "core/error.h"
#include "core/unique_fd.h"
#include "io/uring_engine.h"

namespace spillway::io {
namespace {

// A file without a name; its space is free again when it is closed.
UniqueFd nameless_file(const std::string& directory) {
  std::string path = directory + "/.spillway-probe-XXXXXX";
  UniqueFd file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) throw_errno("make a file in", directory);
  ::unlink(path.c_str());
  return file;
}

bool try_direct_io(int file) {
  const AlignedBuffer page(4_KiB);
  const std::size_t size = page.bytes().size();
  const int flags = ::fcntl(file, F_GETFL);
  return ::fcntl(file, F_SETFL, flags | O_DIRECT) == 0 &&
         ::pwrite(file, page.bytes().data(), size, 0) == static_cast<ssize_t>(size) &&
         ::pread(file, page.bytes().data(), size, 0) == static_cast<ssize_t>(size);
}

void try_io_uring(Capabilities& found) {
  try {
    found.io_uring_features = make_uring_engine({.depth = 1})->features();
    found.io_uring = true;
  } catch (const Error& error) {
    found.io_uring_refusal = error.what();
  }
}

// The kernel marks the mode in use: "always [madvise] never".
std::string huge_page_mode() {
  std::ifstream file("/sys/kernel/mm/transparent_hugepage/enabled");
  std::string text;
  std::getline(file, text);
  const std::size_t open = text.find('[');
  const std::size_t close = text.find(']', open);
  if (open == std::string::npos || close == std::string::npos) return "";
  return text.substr(open + 1, close - open - 1);
}

}  // namespace

Capabilities describe_io(const std::string& directory) {
  const UniqueFd file = nameless_file(directory);
  Capabilities found;
  found.file_system = file_system_of(directory);
  found.direct_io = !lives_in_memory(found.file_system) && try_direct_io(file.get());
  found.alignment = alignment_of(file.get());
  try_io_uring(found);
  found.huge_pages = huge_page_mode();
  return found;
}

}  // namespace spillway::io
