// ShareGPT: chats as text, one JSON array of conversations.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "workload/request_list.h"

namespace spillway::workload {

// Records {"id", "conversations": [{"from", "value"}, ...]}, read one by one: memory does not grow
// with the file but by the list. Other keys, and messages from others than the two, are passed
// over.
// - Messages are taken in pairs, the first two, the next two and so on. A pair from "human" and
//   "gpt" is a request; its turn is the number of the pair, so pairs of others leave a gap.
// - Tokens are characters (Unicode code points) div chars_per_token, at least 1, cut at the limit.
// - A conversation is a user of its own. The key of a request is "<id>_turn_<turn>"; a record
//   without an id has "conv_<index>", counted from 0.
// - Records that have no such pair are counted in `skipped`.
// Source of the rules: the MLPerf Storage KV-cache benchmark. What follows the last record that is
// wanted is not read. `most` is above zero.
RequestList read_sharegpt(const std::string& path, const ShareGptOptions& options = {},
                          std::optional<std::uint64_t> most = std::nullopt);

}  // namespace spillway::workload
