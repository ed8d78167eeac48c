// Any bytes are a list of requests or an Error; a list keeps its promises, and written as JSON
// lines it reads as the same one. SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/error.h"
#include "fuzz/memory_file.h"
#include "workload/entry_parser.h"
#include "workload/list_lengths.h"
#include "workload/request_list.h"
#include "workload/requests_jsonl.h"

namespace {

using namespace spillway;
using workload::ListedRequest;
using workload::RequestList;

// Numbers count up from 0 as they appear first, and turns rise.
void check_places(const RequestList& list) {
  std::uint32_t users = 0;
  std::vector<std::uint32_t> turns(1);  // the last of each conversation; none has the number 0
  for (const ListedRequest& request : list.requests) {
    check(request.user <= users, "users are numbered as they appear");
    users = std::max(users, request.user + 1);
    check(request.conversation <= turns.size(), "conversations are numbered as they appear");
    if (request.conversation == turns.size()) turns.push_back(0);
    if (request.conversation > 0) {
      check(request.turn > turns[request.conversation], "turns rise");
      turns[request.conversation] = request.turn;
    } else {
      check(request.turn == 0, "only conversations have turns");
    }
  }
  check(users == list.users, "all users are counted");
  check(turns.size() == list.conversations + std::size_t{1}, "all conversations are counted");
}

void check_figures(const RequestList& list) {
  for (const ListedRequest& request : list.requests) {
    check(request.context > 0 && request.context <= workload::kMostTokens, "a prompt is in range");
    check(request.generate <= workload::kMostTokens, "an answer is in range");
    check(request.due >= Duration(0) && request.due <= workload::kLongestTime,
          "a time is in range");
    check(list.timed || request.due == Duration(0), "only a timed list has times");
  }
  const workload::ListLengths lengths = workload::lengths_of(list);
  check(lengths.context.p50 <= lengths.context.p95, "percentiles rise");
  check(lengths.context.p95 <= lengths.context.max, "no percentile is above the highest");
}

void check_written(const RequestList& list) {
  constexpr Duration kExactTimes(std::int64_t{1} << 50U);
  workload::RequestsWriter writer(list.timed);
  std::string text;
  for (const ListedRequest& request : list.requests) text += writer.line(request);
  const MemoryFile file(text);
  const RequestList again = workload::read_request_list(file.path());
  check(again.format == "requests" && again.timed == list.timed, "the format is known again");
  const auto same = [&](ListedRequest read, const ListedRequest& wrote) {
    if (wrote.due > kExactTimes) read.due = wrote.due;
    return read == wrote;
  };
  check(std::ranges::equal(again.requests, list.requests, same), "requests read as written");
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(std::string(data, data + size));
  RequestList list;
  try {
    list = workload::read_request_list(file.path());
  } catch (const Error&) {
    return 0;
  }
  check(!list.requests.empty(), "a list has a request");  // an Error from here on is a finding
  check_places(list);
  check_figures(list);
  check_written(list);
  return 0;
}
