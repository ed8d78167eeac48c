// Request lists of our own: JSON lines, a request a line. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "workload/request_list.h"

namespace spillway::workload {

// {"id", "user", "conversation", "turn", "context_tokens", "generate_tokens", "qos", "phase",
//  "key", "due_s"}
// - context_tokens (1 to 2^30) and generate_tokens (0 to 2^30) are there, all else may be left out.
//   Any other key is an Error.
// - id, user and conversation are texts or whole numbers; 7 and "7" are one name. The id is for
//   people.
// - Without a user, a request is of its conversation's user: the one named by the conversation's
//   first request, or else one of its own. Without both it is of a user of its own. A conversation
//   has one user.
// - turn rises within its conversation; left out, it is the next. Only conversations have turns.
// - key is what the content is: a text, of which the hash is taken (it never becomes a file name),
//   or a hash as a whole number above zero.
// - due_s, seconds from the start in any order, is on all lines or on none.
// Blank lines are passed over. What is wrong throws Error("<path>:<line>: ..."). What follows the
// first `most` (above zero) requests is not read.
RequestList read_requests_jsonl(const std::string& path,
                                std::optional<std::uint64_t> most = std::nullopt);

// Writes what read_requests_jsonl() reads as the same request, if users and conversations are
// numbered in the order in which they appear first. Times are numbers of double precision: due
// times of the first 13 days (2^50 ns) are read as they were, later ones within 2^-51 of them.
class RequestsWriter {
 public:
  // Of a list that is timed every request gets its due time.
  explicit RequestsWriter(bool timed) : timed_(timed) {}

  // One line with its end; valid until the next call.
  std::string_view line(const ListedRequest& request);

 private:
  bool timed_;
  std::string line_;
};

}  // namespace spillway::workload
