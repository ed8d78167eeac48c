// Any bytes are a stream of events or a fault; and how they are cut makes no difference.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "net/sse_reader.h"

namespace {

using spillway::net::SseEvent;
using spillway::net::SseReader;

constexpr spillway::Bytes kLongestEvent(256);  // low, so that streams are found that pass it
constexpr std::size_t kMostCuts = 512;         // each reads the input once more

struct Read {
  std::vector<SseEvent> events;
  std::string fault;

  bool operator==(const Read&) const = default;
};

Read read(const std::vector<std::string_view>& pieces) {
  Read result;
  const auto add = [&](SseEvent event) {
    spillway::check(spillway::Bytes(event.name.size() + event.data.size()) <= kLongestEvent,
                    "an event stays below the limit");
    result.events.push_back(std::move(event));
  };
  SseReader reader(kLongestEvent);
  bool well = true;
  for (const std::string_view piece : pieces) well = reader.feed(piece, add);
  well = reader.finish(add);
  spillway::check(well == reader.fault().empty(), "a stream that failed says why");
  result.fault = reader.fault();
  return result;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const std::string_view bytes = text;
  const Read whole = read({bytes});
  for (std::size_t at = 0; at <= std::min(size, kMostCuts); ++at) {
    spillway::check(read({bytes.substr(0, at), bytes.substr(at)}) == whole,
                    "a cut changes nothing");
  }
  std::vector<std::string_view> single;
  for (std::size_t at = 0; at < size; ++at) single.push_back(bytes.substr(at, 1));
  spillway::check(read(single) == whole, "cuts everywhere change nothing");
  return 0;
}
