// SPDX-License-Identifier: Apache-2.0
#include "net/sse_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace spillway::net {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view without_leading_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

bool SseReader::feed(std::string_view bytes, const OnEvent& on_event) {
  while (fault_.empty() && !bytes.empty()) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    if (!keep(bytes.substr(0, end))) break;
    if (end == bytes.size()) break;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line(on_event);
  }
  return fault_.empty();
}

bool SseReader::finish(const OnEvent& on_event) {
  if (!fault_.empty()) return false;
  if (!line_.empty()) end_line(on_event);
  end_event(on_event);
  return true;
}

// Counts before it copies, so that no stream takes more memory than the limit.
bool SseReader::keep(std::string_view part_of_line) {
  const Bytes kept(event_.name.size() + event_.data.size() + line_.size() + part_of_line.size());
  if (kept > longest_event_) {
    fault_ = fmt::format("an event of its stream is longer than {} bytes", longest_event_.count());
    return false;
  }
  line_ += part_of_line;
  return true;
}

void SseReader::end_line(const OnEvent& on_event) {
  std::string_view line = line_;
  if (std::exchange(on_first_line_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  const bool ends_event = line.empty();
  take_field(line);
  line_.clear();
  if (ends_event) end_event(on_event);
}

void SseReader::end_event(const OnEvent& on_event) {
  SseEvent ended = std::exchange(event_, {});
  if (std::exchange(has_data_, false)) on_event(std::move(ended));
}

// A comment is a field without a name, which is none of those looked for.
void SseReader::take_field(std::string_view line) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  const std::string_view value =
      without_leading_blanks(line.substr(std::min(colon + 1, line.size())));
  if (name == "event") {
    event_.name = value;
  } else if (name == "data") {
    if (std::exchange(has_data_, true)) event_.data += '\n';
    event_.data += value;
  }
}

}  // namespace spillway::net
