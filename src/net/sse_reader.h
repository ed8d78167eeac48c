// Server-sent events out of bytes that come in pieces of any length.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace spillway::net {

struct SseEvent {
  std::string name;  // empty when the stream gave none
  std::string data;  // its data lines, joined by "\n"; bytes as they came, UTF-8 or not

  bool operator==(const SseEvent&) const = default;
};

// Reads one stream of events. Lines end with CR, LF or CRLF, an event with an empty line; comments
// and other fields (`id`, `retry`: nobody reconnects) are passed over, and so is an event without
// data. Source: WHATWG HTML, section 9.2.6. As engines' clients read it, and not as it stands
// there: all blanks that lead a value go, not the first alone, and an event that the end of the
// stream cuts short counts. `[DONE]` is data like any other.
class SseReader {
 public:
  using OnEvent = std::function<void(const SseEvent&)>;  // the event is good for the call

  // The limit is on what is kept of one event: its name, its data, and the line being read.
  explicit SseReader(Bytes longest_event = 8_MiB) : longest_event_(longest_event) {}

  // Calls `on_event` for every event that these bytes end, in order. False once the stream has
  // failed: then it gives no more events.
  bool feed(std::string_view bytes, const OnEvent& on_event);
  // The stream has ended, and with it the event at hand. Called once, after the last feed().
  bool finish(const OnEvent& on_event);

  // Once it has failed: what is wrong.
  const std::string& fault() const { return fault_; }

 private:
  bool fits(std::string_view part_of_line);
  void take_line(std::string_view line, const OnEvent& on_event);
  void end_event(const OnEvent& on_event);
  void take_field(std::string_view line);

  Bytes longest_event_;
  std::string line_;  // of the one being read, what came before
  SseEvent event_;    // of the lines before it
  bool has_data_ = false;
  bool on_first_line_ = true;
  bool after_cr_ = false;  // a line feed that comes now ended the line before
  std::string fault_;
};

}  // namespace spillway::net
