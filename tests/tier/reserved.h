// A place in a room that must have one, for tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stdexcept>

#include "tier/store.h"

namespace spillway::tier {

inline Placement reserved(Room& room, kv::BlockKey key, Bytes size) {
  const std::optional<Placement> place = room.reserve(key, size);
  if (!place) throw std::runtime_error("the room is full");
  return *place;
}

}  // namespace spillway::tier
