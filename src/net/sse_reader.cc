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
  std::size_t line_feed =
      bytes.find('\n');  // the next: looked for once, however many CRs there are
  std::size_t at = 0;
  while (fault_.empty() && at < bytes.size()) {
    if (line_feed < at) line_feed = bytes.find('\n', at);
    if (std::exchange(after_cr_, false) && line_feed == at) {
      ++at;
      continue;
    }
    const std::string_view rest = bytes.substr(at, line_feed - at);
    const std::string_view part = rest.substr(0, rest.find('\r'));
    at += part.size();
    if (!fits(part)) break;
    if (at == bytes.size()) {
      line_ += part;
      break;
    }
    after_cr_ = bytes[at++] == '\r';
    if (line_.empty()) {
      take_line(part, on_event);
    } else {
      line_ += part;
      take_line(line_, on_event);
      line_.clear();
    }
  }
  return fault_.empty();
}

bool SseReader::finish(const OnEvent& on_event) {
  if (!fault_.empty()) return false;
  if (!line_.empty()) take_line(std::exchange(line_, {}), on_event);
  end_event(on_event);
  return true;
}

// Asked before anything is kept, so that no stream takes more memory than the limit.
bool SseReader::fits(std::string_view part_of_line) {
  const Bytes kept(event_.name.size() + event_.data.size() + line_.size() + part_of_line.size());
  if (kept > longest_event_) {
    fault_ = fmt::format("an event of its stream is longer than {} bytes", longest_event_.count());
    return false;
  }
  return true;
}

void SseReader::take_line(std::string_view line, const OnEvent& on_event) {
  if (std::exchange(on_first_line_, false) && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.empty()) {
    end_event(on_event);
  } else {
    take_field(line);
  }
}

// What it kept its event in is kept for the next.
void SseReader::end_event(const OnEvent& on_event) {
  if (std::exchange(has_data_, false)) on_event(event_);
  event_.name.clear();
  event_.data.clear();
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
