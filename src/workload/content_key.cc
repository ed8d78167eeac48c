// SPDX-License-Identifier: Apache-2.0
#include "workload/content_key.h"

#include <algorithm>
#define XXH_INLINE_ALL  // NOLINT(readability-identifier-naming): the library's switch
#include <xxhash.h>

namespace spillway::workload {

std::uint64_t content_key(std::string_view text) {
  return std::max<std::uint64_t>(XXH3_64bits(text.data(), text.size()), 1);
}

}  // namespace spillway::workload
