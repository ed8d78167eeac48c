// A pipe in memory with two ends that are streams: HTTP in virtual time, and without a network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "async/loop.h"
#include "net/stream.h"

namespace spillway::net {

// As much as a socket's buffer holds unread in one direction before a writer waits.
inline constexpr std::size_t kPipeCapacity = std::size_t{256} * 1024;

// Both ends belong to `loop`; they may go in any order. Bytes arrive in the turn that wrote them.
std::pair<std::unique_ptr<Stream>, std::unique_ptr<Stream>> make_pipe(
    async::Loop& loop, std::size_t capacity = kPipeCapacity);

}  // namespace spillway::net
