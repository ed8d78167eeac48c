// SPDX-License-Identifier: Apache-2.0
#include "telemetry/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "core/unique_fd.h"

namespace spillway::telemetry {

std::optional<std::string> read_text_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::string text;
  std::array<char, 4096> part{};
  while (true) {
    const ssize_t got = ::read(file.get(), part.data(), part.size());
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace spillway::telemetry
