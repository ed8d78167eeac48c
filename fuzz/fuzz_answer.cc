// Any bytes are an answer; and the short way for events that look like the one before says what
// parsing each of them says. SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "net/openai_answer.h"
#include "net/sse_reader.h"

namespace {

using spillway::net::Answer;
using spillway::net::SseEvent;

Answer read(std::string_view bytes) {
  spillway::net::AnswerReader reader;
  reader.feed(bytes, spillway::Time());
  return reader.finish(spillway::Time());
}

// The same events; blanks behind each, one more every time, so that none ends as another did.
std::string unlike_each_other(std::string_view bytes) {
  spillway::net::SseReader events;
  std::string text;
  std::string blanks;
  const auto add = [&](const SseEvent& event) {
    if (!event.name.empty()) text += "event: " + event.name + "\n";
    const bool last = event.data.find("[DONE]") != std::string::npos;
    if (!last) blanks += ' ';
    std::string data = event.data + (last ? "" : blanks);
    for (std::size_t at = 0; at <= data.size();) {
      const std::size_t end = std::min(data.find('\n', at), data.size());
      text += "data: " + data.substr(at, end - at) + "\n";
      at = end + 1;
    }
    text += "\n";
  };
  events.feed(bytes, add);
  events.finish(add);
  return text;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  const Answer whole = spillway::net::read_answer(bytes);
  spillway::check(whole.contents.empty(), "a whole answer has no events");
  const Answer streamed = read(bytes);
  const Answer parsed = read(unlike_each_other(bytes));
  // Without an answer in it, or with what is none, the text is what came.
  if (streamed.contents.empty() && streamed.textless.empty()) return 0;
  if (!streamed.fault.empty() || !parsed.fault.empty()) return 0;
  spillway::check(streamed.text == parsed.text, "the same text");
  spillway::check(streamed.id == parsed.id, "the same id");
  spillway::check(streamed.error == parsed.error, "the same error");
  spillway::check(streamed.finish_reason == parsed.finish_reason, "the same end");
  spillway::check(streamed.usage == parsed.usage, "the same counts");
  spillway::check(streamed.contents.size() == parsed.contents.size(), "as many texts");
  spillway::check(streamed.textless.size() == parsed.textless.size(), "as many without");
  return 0;
}
