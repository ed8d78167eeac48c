// RequestList: requests that somebody wrote down, one by one, with lengths instead of content.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/request_class.h"
#include "core/time.h"

namespace spillway::workload {

// Users and conversations are numbered in the order in which they appear first, so the numbers do
// not depend on how the file spells them.
struct ListedRequest {
  std::uint32_t user = 0;
  std::uint32_t conversation = 0;         // from 1; 0 = it belongs to none
  std::uint32_t turn = 0;                 // in its conversation, from 1 and rising; 0 without one
  std::uint32_t context = 0;              // tokens that this turn adds to the prompt
  std::uint32_t generate = 0;             // tokens of the answer
  std::optional<Qos> qos = std::nullopt;  // not given: drawn
  std::optional<RequestPhase> phase = std::nullopt;  // not given: by the length rule
  std::uint64_t key = 0;  // what its content is, equal for equal keys; 0 = like no other's
  Duration due{};         // from the start, when the list is timed

  friend bool operator==(const ListedRequest&, const ListedRequest&) = default;
};

struct RequestList {
  std::string format;  // as reports spell it: "sharegpt", "burstgpt", "azure", "requests"
  bool timed = false;  // every request has a due time
  std::uint32_t users = 0;
  std::uint32_t conversations = 0;
  std::uint64_t skipped = 0;            // records of the file that are no requests
  std::vector<ListedRequest> requests;  // never empty; in the order of the file
};

// ShareGPT holds text, and tokens are estimated from its length. All are above zero.
struct ShareGptOptions {
  std::optional<std::uint64_t> max_conversations = std::nullopt;  // of the file's first records
  std::uint32_t max_context_tokens = 8192;     // longer messages are cut down to this
  std::uint32_t max_generation_tokens = 2048;  // the same for answers
  std::uint32_t chars_per_token = 4;
};

struct ListOptions {
  std::optional<std::uint64_t> max_requests = std::nullopt;  // above zero; what follows is not read
  ShareGptOptions sharegpt = {};
};

// Finds out by the content which format the file has and reads it: ShareGPT, BurstGPT, Azure, or
// JSON lines of our own. CSV may also be a directory or a pattern, see csv_files.h. Throws Error
// for what is wrong in a file ("<path>:<line>: ..."), for a list without a request, and, naming the
// formats, for a file that has none of them.
RequestList read_request_list(const std::string& path, const ListOptions& options = {});

}  // namespace spillway::workload
