// For which request the cache works, as its row tells.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache/move_log.h"
#include "record/request_row.h"

namespace spillway::serve {

inline cache::Cause cause_of(const record::RequestRow& row) {
  return {.request = row.index, .user = row.user};
}

}  // namespace spillway::serve
