// SPDX-License-Identifier: Apache-2.0
#include "workload/content_id.h"

#include <algorithm>
#include <array>
#define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): the library's switch
#include <xxhash.h>

namespace spillway::workload {

std::uint64_t content_id(ContentKind kind, std::uint64_t a, std::uint64_t b) {
  const std::array<std::uint64_t, 3> words{static_cast<std::uint64_t>(kind), a, b};
  const std::uint64_t id = XXH3_64bits(words.data(), sizeof words);
  return id == 0 ? 1 : id;
}

std::uint64_t content_key(std::string_view name) {
  return std::max<std::uint64_t>(XXH3_64bits(name.data(), name.size()), 1);
}

}  // namespace spillway::workload
