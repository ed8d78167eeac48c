// Any bytes are an I/O trace or an Error, plain and compressed; a row written again reads the same.
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/unique_fd.h"
#include "record/io_trace_reader.h"
#include "text/zstd_line_reader.h"

namespace {

using namespace spillway;

// Bytes as a file that nothing has to be removed of.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("trace", MFD_CLOEXEC)) {
    if (!fd_) throw_errno("create", "a file in memory");
    const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), 0);
    check(written == static_cast<ssize_t>(bytes.size()), "the input fits into memory");
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

 private:
  UniqueFd fd_;
};

void read_compressed(const std::string& path) {
  text::ZstdLineReader lines(path, Bytes(1U << 16U));
  try {
    while (lines.next()) {
    }
  } catch (const Error&) {
    return;
  }
}

std::string read_and_write(const std::string& path) {
  record::IoTraceReader reader(path);
  std::string text(record::io_trace_header(reader.layout()));
  while (const auto row = reader.next()) text += "\n" + to_csv_line(*row, reader.layout());
  return text;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(data, data + size);
  const MemoryFile file(input);
  read_compressed(file.path());
  std::string once;
  try {
    once = read_and_write(file.path());
  } catch (const Error&) {
    return 0;
  }
  check(read_and_write(MemoryFile(once).path()) == once, "what was written reads the same");
  return 0;
}
